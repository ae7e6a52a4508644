"""The columns of coaching's lists."""

from kit.tables import Column

OVERDUE = "Overdue: plan the next"


ONE_ON_ONES = [
    Column(
        key="other",
        label="With",
        sort="other",
        value=lambda row: row.other.full_name,
        href=lambda row: row.series.get_absolute_url(),
    ),
    Column(key="next_on", label="Next", kind="day", sort="next_on"),
    Column(
        key="state",
        label="State",
        kind="badge",
        sort="state",
        value=lambda row: OVERDUE if row.is_overdue else "On track",
        tone=lambda row: "warn" if row.is_overdue else "neutral",
    ),
    Column(key="last_held_on", label="Last held", kind="day", sort="last_held_on"),
    Column(key="open_items", label="Open items", kind="count", sort="open_items"),
    Column(
        key="every_days",
        label="Every",
        kind="days",
        sort="every_days",
        value=lambda row: row.series.every_days,
    ),
]
