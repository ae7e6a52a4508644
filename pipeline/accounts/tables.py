"""The columns of the lists of accounts and of activities."""

from dataclasses import replace

from django.urls import reverse

from kit.tables import Column
from pipeline.activities.tables import ACTIVITIES

ACCOUNTS = [
    Column(
        "name",
        "Account",
        value="account.name",
        sort="name",
        href=lambda row: reverse("pipeline:account", args=[row.account.pk]),
    ),
    Column("industry", "Industry", value="account.industry", sort="industry"),
    Column("country", "Country", value="account.country", sort="country"),
    Column(
        "owner",
        "Owner",
        value=lambda row: row.account.owner.full_name if row.account.owner else "",
        sort="owner__full_name",
    ),
    Column("open_deals", "Open deals", "count", href="deals_href", note="Those that you may see."),
    Column("open_amount", "Open amount", "money"),
    Column("last_activity", "Last activity", "day"),
]
# On the page of one account, whose last ones are all that is shown, in little room.
LAST_ACTIVITIES = [
    replace(column, sort=None)
    for column in ACTIVITIES
    if column.key not in {"direction", "minutes"}
]
