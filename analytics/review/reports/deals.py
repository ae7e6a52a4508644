"""The deals behind a bar of the waterfall, its opening and closing, or a link of the flow."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from analytics.attainment.reports.open_pipeline import amounts_of
from analytics.context.reports.report_view import ReportView
from analytics.review.enums import Movement, Unit
from analytics.review.metrics import worth
from analytics.review.reports.changes import Changes, Moved, worth_of
from analytics.review.reports.flow import Flow, went
from kit.money import cents
from kit.pages import Page, paginate
from pipeline.deals.models.deals import DealVersion
from pipeline.deals.querysets import DealVersionQuerySet


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
