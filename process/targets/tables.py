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
            status or "deals", label, "count", value, href=lambda group: href(group.reach, status)
        )

    return [
        Column(
            "reach",
            "First activity",
            value=lambda group: reach_label(group.reach, kind=kind, days=days),
        ),
        number("", "Deals", lambda group: group.deals),
        number("open", "Open", lambda group: group.open),
        number("won", "Won", lambda group: group.won),
        number("lost", "Lost", lambda group: group.lost),
        Column(
            "win_rate",
            "Win rate",
            "percent",
            muted=lambda group: group.is_few,
            note="Won / (won + lost) of these deals; open ones are left out.",
        ),
        Column(
            "interval",
            "Likely between",
            value=lambda group: _between(rate_interval(group.won, group.closed)),
            align="end",
            note="Where the true rate lies 95 times in 100.",
        ),
    ]


def _between(ends: tuple[Decimal, Decimal] | None) -> str:
    return f"{percent(ends[0])} and {percent(ends[1])}" if ends else "—"


# As they stood, in the order of their amounts, which the page does not change.
OF_THE_COHORT = [
    *(replace(column, sort=None) for column in DEALS if column.key != "created"),
    Column("created", "Created", "moment", "deal.created_at"),
    Column("first", "First activity", "moment"),
]


def _tenths(value: Fraction) -> str:
    """Write a share of a target, which need not be whole, to the tenth, rounded half up."""
    tenths = (value * 20 + 1) // 2
    whole, rest = divmod(tenths, 10)
    return f"{whole:,}.{rest}" if rest else f"{whole:,}"


DONE = Column("done", "Done", "count", "reached.done", href="href")
FIGURES = [
    Column("kind", "What", value="label"),
    DONE,
    Column(
        "owed",
        "Target",
        value=lambda line: _tenths(line.reached.owed),
        align="end",
        note="By working days: days off, and days before the start, ask for nothing.",
    ),
    Column(
        "attainment",
        "Attainment",
        "percent",
        "reached.attainment",
        note="Done / target, not capped.",
    ),
    Column(
        "due",
        "Due by now",
        value=lambda line: _tenths(line.reached.due),
        align="end",
        note="What the working days that are over ask for.",
    ),
    Column("pacing", "Of what is due", "percent", "reached.pacing", note="Done / due by now."),
]


def _person_href(line: TargetRow) -> str:
    return reverse("member", args=[line.person])


REACHED = [
    Column("name", "Person", href=_person_href),
    *FIGURES,
]

VERSIONS = [
    Column("set_at", "Set", "moment"),
    Column("role", "Role", value=ActivityTarget.get_role_display),
    Column("kind", "What", value=ActivityTarget.get_kind_display),
    Column("words", "Target"),
    Column("starts_on", "From", "day"),
    Column("reason", "Why"),
    Column("set_by", "By", value=lambda target: target.set_by.full_name if target.set_by else ""),
]
