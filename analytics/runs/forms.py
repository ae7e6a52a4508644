"""What an admin says when asking for a recompute run."""

from analytics.runs.tables import RUNS
from kit.forms import DayField, FileField, KitForm, PageField, SortField


class RunForm(KitForm):
    """The day to compute as of; empty for now."""

    as_of = DayField(
        required=False,
        label="As of",
        help_text="Leave empty for now. A past day is computed as it stood at its end.",
    )


class RunsFilter(KitForm):
    """The address of the list."""

    sort = SortField(columns=RUNS, default="-created_at")
    page = PageField()
    file = FileField()
