"""The columns of the list of calendars that somebody loaded."""

from typing import Any

from django.urls import reverse

from kit.tables import Column
from pipeline.activities.models import CalendarUpload
from pipeline.enums import ACTIVITY_LABELS, ActivityKind


def _about(row: Any) -> str:
    # Somebody may have logged it on a deal that is no longer below the viewer.
    deal = row.deal if row.deal_is_visible else None
    about = deal or row.account or row.contact
    return str(about) if about else ""


def _about_href(row: Any) -> str | None:
    if row.deal_is_visible:
        return reverse("analytics:deal", args=[row.deal_id])
    return reverse("pipeline:account", args=[row.account_id]) if row.account_id else None


ACTIVITIES = [
    Column(key="occurred_at", label="When", kind="moment", sort="occurred_at"),
    Column(
        key="kind",
        label="What",
        value=lambda row: ACTIVITY_LABELS[ActivityKind(row.kind)],
    ),
    Column(key="subject", label="In a few words"),
    Column(key="direction", label="Direction", value=lambda row: row.get_direction_display()),
    Column(key="minutes", label="Minutes", kind="count", sort="minutes"),
    Column(key="about", label="About", value=_about, href=_about_href),
    Column(key="person", label="Who", value=lambda row: row.person.full_name),
]


def _state(upload: CalendarUpload) -> str:
    if upload.undone_at is not None:
        return "Taken back"
    return "Logged" if upload.logged_at is not None else "To be looked at"


CALENDARS = [
    Column(key="file_name", label="File", href=CalendarUpload.get_absolute_url),
    Column(key="uploaded_at", label="Loaded", kind="moment"),
    Column(key="state", label="State", value=_state),
    Column(
        key="activities",
        label="Meetings logged",
        kind="count",
        value=lambda upload: len(upload.activities),
    ),
]
