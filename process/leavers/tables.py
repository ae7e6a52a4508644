"""The columns of the page of leavers: whose deals wait for somebody, and what rule was set when."""

from django.urls import reverse

from kit.tables import Column

LEAVERS = [
    Column(
        key="name",
        label="Person",
        value=lambda row: row["full_name"],
        href=lambda row: reverse("process:hand-over", args=[row["person"]]),
    ),
    Column(key="left_on", label="Left", kind="day"),
    Column(key="deals", label="Open deals", kind="count"),
    Column(key="amount", label="Amount", kind="money", note="Of the open deals that have one."),
]
RULES = [
    Column(key="rule", label="Given to", value=lambda row: row.get_given_to_display()),
    Column(key="set_at", label="Since", kind="moment"),
    Column(key="by", label="By", value=lambda row: str(row.set_by) if row.set_by else None),
]
