"""The columns of the lists of accounts and of activities."""

from dataclasses import replace

from django.urls import reverse

from kit.tables import Column
from pipeline.activities.tables import ACTIVITIES

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
# On the page of one account, whose last ones are all that is shown, in little room.
LAST_ACTIVITIES = [
    replace(column, sort=None)
    for column in ACTIVITIES
    if column.key not in {"direction", "minutes"}
]
