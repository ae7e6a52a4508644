"""The columns of the lists of accounts and of activities."""

from dataclasses import replace
from typing import Any

from django.urls import reverse

from kit.tables import Column
from pipeline.enums import ACTIVITY_LABELS, ActivityKind

ACCOUNTS = [
    Column(
        key="name",
        label="Account",
        sort="name",
        href=lambda row: reverse("pipeline:account", args=[row.account.pk]),
        value=lambda row: row.account.name,
    ),
    Column(
        key="industry", label="Industry", sort="industry", value=lambda row: row.account.industry
    ),
    Column(key="country", label="Country", sort="country", value=lambda row: row.account.country),
    Column(
        key="owner",
        label="Owner",
        sort="owner__full_name",
        value=lambda row: row.account.owner.full_name if row.account.owner else "",
    ),
    Column(
        key="open_deals",
        label="Open deals",
        kind="count",
        href=lambda row: row.deals_href,
        note="Those that you may see.",
    ),
    Column(key="open_amount", label="Open amount", kind="money"),
    Column(key="last_activity", label="Last activity", kind="day"),
]


def _about(row: Any) -> str:
    # Somebody may have logged it on a deal that is no longer below the viewer.
    deal = row.deal if row.deal_is_visible else None
    about = deal or row.account or row.contact
    return str(about) if about else ""


def _about_href(row: Any) -> str | None:
    if row.deal_is_visible:
        return reverse("pipeline:deal", args=[row.deal_id])
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
# On the page of one account, whose last ones are all that is shown, in little room.
LAST_ACTIVITIES = [
    replace(column, sort=None)
    for column in ACTIVITIES
    if column.key not in {"direction", "minutes"}
]
