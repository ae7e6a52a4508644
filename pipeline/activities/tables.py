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
    Column("occurred_at", "When", "moment", sort="occurred_at"),
    Column("kind", "What", value=lambda row: ACTIVITY_LABELS[ActivityKind(row.kind)]),
    Column("subject", "In a few words"),
    Column("direction", "Direction", value="get_direction_display"),
    Column("minutes", "Minutes", "count", sort="minutes"),
    Column("about", "About", value=_about, href=_about_href),
    Column("person", "Who", value="person.full_name"),
]


def _state(upload: CalendarUpload) -> str:
    if upload.undone_at is not None:
        return "Taken back"
    return "Logged" if upload.logged_at is not None else "To be looked at"


CALENDARS = [
    Column("file_name", "File", href=CalendarUpload.get_absolute_url),
    Column("uploaded_at", "Loaded", "moment"),
    Column("state", "State", value=_state),
    Column("activities", "Meetings logged", "count", lambda upload: len(upload.activities)),
]
