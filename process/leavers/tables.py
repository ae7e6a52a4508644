"""The columns of the page of leavers: whose deals wait for somebody, and what rule was set when."""

from django.urls import reverse

from kit.tables import Column

LEAVERS = [
    Column(
        "name",
        "Person",
        value="full_name",
        href=lambda row: reverse("process:hand-over", args=[row["person"]]),
    ),
    Column("left_on", "Left", "day"),
    Column("deals", "Open deals", "count"),
    Column("amount", "Amount", "money", note="Of the open deals that have one."),
]
RULES = [
    Column("rule", "Given to", value="get_given_to_display"),
    Column("set_at", "Since", "moment"),
    Column("by", "By", value=lambda row: str(row.set_by) if row.set_by else None),
]
