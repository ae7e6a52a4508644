"""The columns of coaching's lists."""

from kit.tables import Column

OVERDUE = "Overdue: plan the next"


ONE_ON_ONES = [
    Column("other", "With", value="other.full_name", sort="other", href="series.get_absolute_url"),
    Column("next_on", "Next", "day", sort="next_on"),
    Column(
        "state",
        "State",
        "badge",
        lambda row: OVERDUE if row.is_overdue else "On track",
        sort="state",
        tone=lambda row: "warn" if row.is_overdue else "neutral",
    ),
    Column("last_held_on", "Last held", "day", sort="last_held_on"),
    Column("open_items", "Open items", "count", sort="open_items"),
    Column("every_days", "Every", "days", "series.every_days", sort="every_days"),
]
