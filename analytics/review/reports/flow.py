"""Where a pipeline stands at a later moment, by stage or category, and the deals that moved."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from analytics.attainment.reports.attainment import amounts_of, by_stage
from analytics.context.reports import ReportView
from analytics.review.enums import Movement, Unit
from analytics.review.metrics import NOTHING, Worth, worth
from analytics.review.reports.changes import Changes, Moved, worth_of
from kit.money import cents
from kit.tables import Page, paginate
from pipeline.deals.models import DealVersion
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.enums import CATEGORY_LABELS, Category

By = Literal["category", "stage"]
Place = str


@dataclass(frozen=True, slots=True)
class FlowLink:
    """What went from a place of the earlier moment to one of the later; ``key`` names it."""

    source: Place
    target: Place
    cents: int

    @property
    def key(self) -> str:
        return f"{self.source}.{self.target}"


@dataclass(frozen=True, slots=True)
class Flow:
    """The pipeline at both moments. Each link is worth what its deals were worth at the end.

    So what links lead to stages or categories is exactly the closing pipeline. ``places`` are
    these with their words, in order; a place that is none of them is a movement by which deals
    came or went.
    """

    by: By
    places: Mapping[Place, str]
    links: Sequence[FlowLink]

    @property
    def before(self) -> list[Place]:
        return list(dict.fromkeys(link.source for link in self.links))

    @property
    def after(self) -> list[Place]:
        return sorted({link.target for link in self.links}, key=_order(self.places).index)

    def label(self, place: Place) -> str:
        return self.places[place] if place in self.places else Movement(place).label

    def words(self, link: FlowLink) -> str:
        """Return a link in words."""
        return f"{self.label(link.source)} to {self.label(link.target)}"

    def title_of(self, key: str) -> str:
        """Return the link with this key in words; "" where there is none."""
        return next((self.words(link) for link in self.links if link.key == key), "")


def _order(places: Mapping[Place, str]) -> list[Place]:
    return [*places, *Movement]


def pipeline_flow(changes: Changes, by: By) -> Flow:
    """Return how the pipeline moved between stages or categories, and in and out of them.

    ValueError where the places of the end do not hold what the closing pipeline does.
    """
    sums: dict[tuple[Place, Place], int] = {}
    for place, stayed in _unchanged(changes, by).items():
        if stayed.deals:
            sums[place, place] = stayed.cents
    for moved in changes.moved:
        if found := went(changes, moved, by):
            source, target, cents = found
            sums[source, target] = sums.get((source, target), 0) + cents
    places = _labels(changes, by)
    order, closing = _order(places), changes.flows[Unit.AMOUNT].closing
    if sum(cents for (_, target), cents in sums.items() if target in places) != closing:
        raise ValueError(f"the flow does not end in the {closing} that are in play")
    ordered = sorted(sums, key=lambda pair: [order.index(place) for place in pair])
    return Flow(by, places, [FlowLink(*pair, sums[pair]) for pair in ordered])


def _places(moved: Moved, by: By) -> tuple[Place, Place]:
    """Return where a deal stood at the earlier moment, "" if nowhere, and at the later one."""
    if by == "category":
        return moved.categories[0] or "", moved.categories[1]
    return str(moved.before.stage) if moved.before else "", str(moved.after.stage)


def _unchanged(changes: Changes, by: By) -> dict[Place, Worth]:
    """Return the closing pipeline by place, without the deals that were read one by one."""
    found: dict[Place, Worth] = {}
    for each in changes.closing:
        place = each.category if by == "category" else str(each.stage)
        found[place] = found.get(place, NOTHING) + worth_of(each.closing)
    for moved in changes.moved:
        if moved.after.in_play(changes.period):
            place = _places(moved, by)[1]
            found[place] -= Worth(1, moved.after.base_cents or 0)
    return found


def went(changes: Changes, moved: Moved, by: By) -> tuple[Place, Place, int] | None:
    """Return from where to where a deal went, and with how much; None if it was in play never."""
    steps, (source, target) = moved.steps, _places(moved, by)
    stays = moved.after.in_play(changes.period)
    if not stays and not steps:
        return None
    if moved.before is None or not moved.before.in_play(changes.period):
        source = steps[0].movement
    if stays:
        return source, target, moved.after.base_cents or 0
    return source, steps[-1].movement, -steps[-1].worth.cents


def _labels(changes: Changes, by: By) -> dict[Place, str]:
    """Return the words of the stages or categories, in their order."""
    if by == "category":
        return {str(category): CATEGORY_LABELS[category] for category in Category}
    slices = [*changes.opening, *changes.closing]
    return {str(pk): label for _, pk, label in sorted(map(by_stage(slices), slices))}


@dataclass(frozen=True, slots=True)
class ChangedDeal:
    """A deal as it was at the later moment, beside how it was at the earlier one.

    ``value`` is what it adds to the bar, in cents or deals. ``was`` is None for one that did not
    exist yet.
    """

    now: DealVersion
    was: DealVersion | None
    value: int


@dataclass(frozen=True, slots=True)
class ChangedDeals:
    """A page of the deals of a bar (or all of them, as a file has), and what it holds besides.

    ``hidden`` deals, worth ``hidden_value``, are of people who are no longer below the viewer;
    with the rows of all pages they add up to ``total``.
    """

    page: Page
    total: int
    count: int
    hidden: int
    hidden_value: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which of the deals to read: a page of them, or all; those that moved most, or in an order.

    Only an ``order`` of one's own, and a file, need every deal to be read.
    """

    number: int
    order: Callable[[list[ChangedDeal]], list[ChangedDeal]] | None = None
    whole: bool = False


def moved_by(
    changes: Changes, movements: Collection[Movement], *, unit: Unit, wanted: Wanted
) -> ChangedDeals:
    """Return the deals of one movement, or of several together, those that moved most first."""
    worth: dict[int, tuple[Moved, int]] = {}
    for movement, deals in changes.by_movement(unit).items():
        for moved, value in deals if movement in movements else ():
            _, before = worth.get(moved.deal, (moved, 0))
            worth[moved.deal] = moved, before + value
    found = sorted(worth.values(), key=lambda pair: (-abs(pair[1]), pair[0].deal))
    return _listed(changes, found, wanted)


def _listed(changes: Changes, found: Sequence[tuple[Moved, int]], wanted: Wanted) -> ChangedDeals:
    shown = {moved.deal: value for moved, value in found if moved.shown}
    hidden = [value for moved, value in found if not moved.shown]
    return ChangedDeals(
        page=_page(changes, shown, wanted),
        total=sum(value for _, value in found),
        count=len(found),
        hidden=len(hidden),
        hidden_value=sum(hidden),
    )


def in_play_at(
    changes: Changes, report_view: ReportView, *, unit: Unit, wanted: Wanted
) -> ChangedDeals:
    """Return the deals in play at one of the two moments, the largest first."""
    return _largest_first(
        changes, report_view, report_view.versions(report_view.closing), unit, wanted
    )


def along_flow(changes: Changes, flow: Flow, *, link: str, wanted: Wanted) -> ChangedDeals:
    """Return the deals of a link of the flow by its key; none where the flow has no such link."""
    source, _, target = link.partition(".")
    if not flow.title_of(link):
        return _listed(changes, [], wanted)
    came = [
        (moved, way[0], way[2])
        for moved in changes.moved
        if (way := went(changes, moved, flow.by)) and way[1] == target
    ]
    if source == target:
        # What stayed where it was need not have changed at all.
        strangers = [moved.deal for moved, place, _ in came if place != source]
        rows = changes.report_view.versions(changes.report_view.closing).filter(**{flow.by: source})
        stayed = rows.exclude(deal__in=strangers)
        return _largest_first(changes, changes.report_view, stayed, Unit.AMOUNT, wanted)
    deals = [(moved, value) for moved, place, value in came if place == source]
    return _listed(changes, sorted(deals, key=lambda pair: (-pair[1], pair[0].deal)), wanted)


def _largest_first(
    changes: Changes, report_view: ReportView, rows: DealVersionQuerySet, unit: Unit, wanted: Wanted
) -> ChangedDeals:
    seen = rows.visible_to(report_view.viewer)
    whole, shown = worth_of(amounts_of(rows)), worth_of(amounts_of(seen))
    ordered = seen.in_order("amount_base", descending=True)
    if wanted.order or wanted.whole:
        values = {row.deal_id: _alone(row, unit) for row in ordered}
        page = _page(changes, values, wanted)
    else:
        page = paginate(ordered, number=wanted.number)
        values = {row.deal_id: _alone(row, unit) for row in page.rows}
        page = replace(page, rows=_both(changes, values))
    return ChangedDeals(
        page=page,
        total=whole.of(unit),
        count=whole.deals,
        hidden=whole.deals - shown.deals,
        hidden_value=(whole - shown).of(unit),
    )


def _page(changes: Changes, values: Mapping[int, int], wanted: Wanted) -> Page:
    """Return what is wanted of these deals, which come in their own order."""
    if wanted.order is None and not wanted.whole:
        page = paginate(list(values), number=wanted.number)
        return replace(page, rows=_both(changes, {deal: values[deal] for deal in page.rows}))
    rows = _both(changes, values)
    if wanted.order is not None:
        rows = wanted.order(rows)
    page = paginate(rows, number=wanted.number)
    return replace(page, rows=rows) if wanted.whole else page


def _alone(row: DealVersion, unit: Unit) -> int:
    """Return what a deal adds to those that it is added up with."""
    base = None if row.amount_base is None else cents(row.amount_base)
    return worth(base, row.probability).of(unit)


def _both(changes: Changes, values: Mapping[int, int]) -> list[ChangedDeal]:
    """Return these deals with their versions of both moments."""
    held = versions_of(changes.report_view, values)
    was = versions_of(changes.before, values)
    return [ChangedDeal(held[deal], was.get(deal), value) for deal, value in values.items()]


def versions_of(report_view: ReportView, deals: Iterable[int]) -> dict[int, DealVersion]:
    """Return these deals as they stood at a look's moment, of those that the viewer may see."""
    rows = (
        DealVersion.objects.as_of(report_view.moment)
        .visible_to(report_view.viewer)
        .filter(deal__in=deals)
    )
    return {row.deal_id: row for row in rows.select_related("account", "owner", "stage")}
