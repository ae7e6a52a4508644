"""The columns of the page from activities to outcomes."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from kit.display import percent
from kit.tables import Column
from pipeline.metrics.activity_outcomes import Group, Reach, rate_interval
from pipeline.tables.deals import DEALS

Href = Callable[[str, str], str]


def reach_label(reach: Reach, *, kind: str, days: int) -> str:
    """Return a reach in words."""
    return {
        Reach.EARLY: f"First {kind} within {days} days",
        Reach.LATER: f"First {kind} later",
        Reach.NEVER: f"No {kind} on the deal",
    }[reach]


def outcome_columns(*, kind: str, days: int, href: Href) -> list[Column]:
    """Return the columns; each number opens the deals that it counts."""

    def number(status: str, label: str, value: Callable[[Group], int]) -> Column:
        return Column(
            key=status or "deals",
            label=label,
            kind="count",
            value=value,
            href=lambda group: href(group.reach, status),
        )

    return [
        Column(
            key="reach",
            label="First activity",
            value=lambda group: reach_label(group.reach, kind=kind, days=days),
        ),
        number("", "Deals", lambda group: group.deals),
        number("open", "Open", lambda group: group.open),
        number("won", "Won", lambda group: group.won),
        number("lost", "Lost", lambda group: group.lost),
        Column(
            key="win_rate",
            label="Win rate",
            kind="percent",
            value=lambda group: group.win_rate,
            muted=lambda group: group.is_few,
            note="Won / (won + lost) of these deals; open ones are left out.",
        ),
        Column(
            key="interval",
            label="Likely between",
            align="end",
            value=lambda group: _between(rate_interval(group.won, group.closed)),
            note="Where the true rate lies 95 times in 100.",
        ),
    ]


def _between(ends: tuple[Decimal, Decimal] | None) -> str:
    return f"{percent(ends[0])} and {percent(ends[1])}" if ends else "—"


# As they stood, in the order of their amounts, which the page does not change.
OF_THE_COHORT = [
    *(replace(column, sort=None) for column in DEALS if column.key != "created"),
    Column(key="created", label="Created", kind="moment", value=lambda row: row.deal.created_at),
    Column(key="first", label="First activity", kind="moment"),
]
