"""Bookings and attainment by territory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from analytics.attainment.metrics import Attainment
from analytics.attainment.reports.attainment import EVERYONE, attainment
from analytics.context.reports import OrganisationCalendar
from kit.money import from_cents
from org.enums import Measure, SubjectKind
from org.metrics import Subject
from org.models.people import Person
from org.models.territories import Territory
from org.reports.organisation import NamedPeriod
from org.reports.set_up import DEEPEST_INDENT, depth_first
from pipeline.deals.reports.selection import NOWHERE, DealSelection
from pipeline.enums import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class TerritoryLine:
    """What a territory, with all in it, has come to; amounts in the reporting currency.

    ``deals`` opens the won deals that ``bookings`` is the sum of, where there are such.
    """

    name: str
    depth: int
    bookings: Decimal
    count: int
    unpriced: int
    quota: Decimal | None
    share: Decimal | None
    deals: DealSelection | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ByTerritory:
    """The tree of territories, what is in none, and everything together.

    The territories at the top and what lies in none add up to the total: an account lies in one
    territory at a time, and a parent includes its children. Where a territory moved to the top
    or from there within the period, its bookings stand at the top twice, or not at all: ``moved``
    makes up for them.
    """

    lines: list[TerritoryLine]
    nowhere: TerritoryLine
    moved: TerritoryLine | None
    total: TerritoryLine

    def __post_init__(self) -> None:
        parts = [*(line for line in self.lines if line.depth == 0), self.nowhere]
        parts += [self.moved] if self.moved else []
        if sum(line.bookings for line in parts) != self.total.bookings:
            raise ValueError("bookings by territory do not add up to the whole")


def by_territory(
    viewer: Person,
    *,
    period: NamedPeriod,
    as_of: datetime,
    past_day: date | None,
    calendar: OrganisationCalendar,
) -> ByTerritory:
    """Return bookings and attainment of every territory in a period as known at ``as_of``.

    A deal counts for the territory in which its account lay on the day the deal closed, and for
    what that lay in then. The tree is drawn as on the last day of the period, or on the as-of day
    if that is earlier. ``past_day`` is the as-of day where it is not today; links to the deals
    carry it.
    """
    drawn_on = min(period.period.last_day, calendar.day(as_of))
    nodes = Territory.objects.visible_to(viewer).order_by("name")
    visible = depth_first(nodes, calendar.territories.parents(drawn_on))
    subjects = [Subject(SubjectKind.TERRITORY, node.pk) for node, _ in visible]
    *found, nowhere, whole = attainment(
        [*subjects, Subject(SubjectKind.TERRITORY, NOWHERE), EVERYONE],
        period=period,
        measure=Measure.BOOKINGS,
        as_of=as_of,
        calendar=calendar,
    )
    won = DealSelection(
        as_of=past_day,
        status=Status.WON,
        closed_from=period.period.start,
        closed_to=period.period.end,
    )
    lines = [
        _line(node.name, min(depth, DEEPEST_INDENT), one, won.but(territory=node.pk))
        for (node, depth), one in zip(visible, found, strict=True)
        if node.archived_at is None or one.cases
    ]
    tops = [one for (_, depth), one in zip(visible, found, strict=True) if depth == 0]
    return ByTerritory(
        lines=lines,
        nowhere=_line("In no territory", 0, nowhere, won.but(territory=NOWHERE)),
        moved=_moved(whole, [*tops, nowhere]),
        total=_line("Everything", 0, whole, won, with_quota=False),
    )


def _line(
    name: str, depth: int, one: Attainment, deals: DealSelection, *, with_quota: bool = True
) -> TerritoryLine:
    quota = one.quota if with_quota else None
    return TerritoryLine(
        name=name,
        depth=depth,
        bookings=from_cents(one.actual),
        count=one.cases,
        unpriced=one.unpriced,
        quota=from_cents(quota),
        share=one.share if with_quota else None,
        deals=deals,
    )


def _moved(whole: Attainment, parts: Sequence[Attainment]) -> TerritoryLine | None:
    """Return what the parts lack of the whole, or have too much, because something moved."""
    rest = (
        whole.actual - sum(one.actual for one in parts),
        whole.cases - sum(one.cases for one in parts),
        whole.unpriced - sum(one.unpriced for one in parts),
    )
    if not any(rest):
        return None
    return TerritoryLine(
        name="Moved to or from the top in the period",
        depth=0,
        bookings=from_cents(rest[0]),
        count=rest[1],
        unpriced=rest[2],
        quota=None,
        share=None,
        deals=None,
    )
