"""Columns of activity targets and of activities beside outcomes."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse

from kit.display import percent
from kit.tables import Column
from pipeline.deals.tables import DEALS
from process.models import ActivityTarget
from process.targets.metrics import Reach, ReachGroup, rate_interval
from process.targets.reports import TargetRow

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

    def number(status: str, label: str, value: Callable[[ReachGroup], int]) -> Column:
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


def _tenths(value: Fraction) -> str:
    """Write a share of a target, which need not be whole, to the tenth, rounded half up."""
    tenths = (value * 20 + 1) // 2
    whole, rest = divmod(tenths, 10)
    return f"{whole:,}.{rest}" if rest else f"{whole:,}"


DONE = Column(
    key="done",
    label="Done",
    kind="count",
    value=lambda line: line.reached.done,
    href=lambda line: line.href,
)
FIGURES = [
    Column(key="kind", label="What", value=lambda line: line.label),
    DONE,
    Column(
        key="owed",
        label="Target",
        align="end",
        value=lambda line: _tenths(line.reached.owed),
        note="By working days: days off, and days before the start, ask for nothing.",
    ),
    Column(
        key="attainment",
        label="Attainment",
        kind="percent",
        value=lambda line: line.reached.attainment,
        note="Done / target, not capped.",
    ),
    Column(
        key="due",
        label="Due by now",
        align="end",
        value=lambda line: _tenths(line.reached.due),
        note="What the working days that are over ask for.",
    ),
    Column(
        key="pacing",
        label="Of what is due",
        kind="percent",
        value=lambda line: line.reached.pacing,
        note="Done / due by now.",
    ),
]


def _person_href(line: TargetRow) -> str:
    return reverse("member", args=[line.person])


REACHED = [
    Column(key="name", label="Person", href=_person_href),
    *FIGURES,
]

VERSIONS = [
    Column(key="set_at", label="Set", kind="moment"),
    Column(key="role", label="Role", value=ActivityTarget.get_role_display),
    Column(key="kind", label="What", value=ActivityTarget.get_kind_display),
    Column(key="words", label="Target"),
    Column(key="starts_on", label="From", kind="day"),
    Column(key="reason", label="Why"),
    Column(
        key="set_by",
        label="By",
        value=lambda target: target.set_by.full_name if target.set_by else "",
    ),
]
