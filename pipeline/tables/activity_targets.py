"""The columns of activity targets and of their attainment."""

from fractions import Fraction

from django.urls import reverse

from kit.tables import Column
from pipeline.models.activity_targets import ActivityTarget
from pipeline.reports.activity_targets import Line


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


def _person_href(line: Line) -> str:
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
