"""The deals of a pipeline one by one: how each stands, what changed, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from analytics.attainment.reports.attainment import Amounts, amounts_of, grouped, total
from analytics.context.reports import ReportView
from analytics.review.enums import Movement
from analytics.review.reports.changes import Changes, Moved
from analytics.review.reports.flow import versions_of
from analytics.risk.enums import Only, Signal
from analytics.risk.metrics.risk import Health, OpenDeal, deal_reasons, health
from analytics.risk.reports.attention import risk_inputs_of
from analytics.risk.reports.filter import at_risk
from analytics.risk.reports.inputs import RiskInputs, judged, with_facts
from kit.tables import Page, page_of
from pipeline.deals.models import DealVersion
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.enums import Category, Status


@dataclass(frozen=True, slots=True)
class Inspected:
    """A deal at the later moment beside the earlier one; ``was`` None: it did not exist yet.

    ``reasons`` are what is wrong with a deal that is open, the most urgent first, ``health`` what
    they leave of it. ``moved`` is what it adds to the movement whose deals are shown, in cents.
    """

    now: DealVersion
    was: DealVersion | None
    standing: OpenDeal
    reasons: tuple[Signal, ...]
    health: Health | None
    report_view: ReportView
    moved: int | None = None


@dataclass(frozen=True, slots=True)
class InspectionGroup:
    """A total that opens its deals: a category in play, or a movement since. In cents."""

    show: str
    deals: int
    cents: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """A page of inspected deals, what all of them come to, and the totals to choose from.

    ``elsewhere`` deals belong to people no longer below the viewer; they are in the totals of
    the groups, not in the rows. ``moved`` is what the deals of a movement add to it, in cents,
    where nothing narrows them.
    """

    page: Page
    shown: Amounts
    elsewhere: int
    in_play: Sequence[InspectionGroup]
    since: Sequence[InspectionGroup]
    moved: int | None = None

    def deals_of(self, show: str) -> int:
        """Return how many deals a group has before anything narrows it."""
        groups = [*self.in_play, *self.since]
        return sum(group.deals for group in groups if group.show == show)


# The deals of a movement with what each adds to it.
Steps = Sequence[tuple[Moved, int]]
CLOSING = "closing"
# Deals of a download that are read at once.
BATCH = 500


def inspection(
    changes: Changes, *, show: str, only: str, field: str, descending: bool, number: int
) -> Inspection:
    """Return the deals of a group: "closing", a category of it, or a movement.

    ``only`` narrows them to those with something to look at; ``field`` is a column of versions.
    """
    report_view, inputs = changes.report_view, risk_inputs_of(changes.report_view)
    moves = changes.by_movement()
    steps = _steps(moves, show)
    rows = _narrowed(_rows(changes, show, steps), only, changes, inputs)
    seen = rows.visible_to(report_view.viewer)
    shown, whole = _counted(changes, show, only) or (amounts_of(seen), rows.count())
    page = page_of(
        _in_order(seen, changes, inputs, field, descending=descending),
        total=shown.deals,
        number=number,
    )
    return Inspection(
        page=replace(page, rows=_inspected(changes, page.rows, inputs, steps)),
        shown=shown,
        elsewhere=whole - shown.deals,
        in_play=_categories(changes),
        since=[
            InspectionGroup(str(movement), len(deals), sum(value for _, value in deals))
            for movement, deals in moves.items()
        ],
        moved=None
        if only or steps is None
        else sum(value for moved, value in steps if moved.shown),
    )


def inspected_deals(
    changes: Changes, *, show: str, only: str, field: str, descending: bool
) -> Iterator[Inspected]:
    """Return every deal of a group that the viewer may open, for a download; see ``inspection``."""
    inputs, steps = risk_inputs_of(changes.report_view), _steps(changes.by_movement(), show)
    rows = _narrowed(_rows(changes, show, steps), only, changes, inputs)
    seen = rows.visible_to(changes.report_view.viewer)
    seen = _in_order(seen, changes, inputs, field, descending=descending)
    waiting = seen.iterator(chunk_size=BATCH)
    while batch := list(islice(waiting, BATCH)):
        yield from _inspected(changes, batch, inputs, steps)


def _counted(changes: Changes, show: str, only: str) -> tuple[Amounts, int] | None:
    """Return what the viewer may open of a group and how many deals it has, without asking again.

    The slices of what is in play tell it where nothing narrows them; of a past day they do not:
    who may open a deal is a matter of its owner of today.
    """
    if only or show in set(Movement) or changes.report_view.as_of is not None:
        return None
    group = [each for each in changes.closing if show in (CLOSING, each.category)]
    people = changes.people.people
    mine = [each for each in group if each.owner in people and people[each.owner].shown]
    whole = total(group, lambda each: each.closing)
    return total(mine, lambda each: each.closing), whole.deals


def _in_order(
    rows: DealVersionQuerySet, changes: Changes, inputs: RiskInputs, field: str, *, descending: bool
) -> DealVersionQuerySet:
    described = with_facts(rows, moment=changes.report_view.moment, inputs=inputs)
    ordered: DealVersionQuerySet = described.in_order(field, descending=descending)
    return ordered.select_related("account", "owner", "stage")


def _rows(changes: Changes, show: str, steps: Steps | None) -> DealVersionQuerySet:
    report_view = changes.report_view
    if steps is not None:
        found = [moved.deal for moved, _ in steps]
        return DealVersion.objects.as_of(report_view.moment).filter(deal__in=found)
    return report_view.versions(report_view.closing.but(category="" if show == CLOSING else show))


def _categories(changes: Changes) -> list[InspectionGroup]:
    by_category = grouped(changes.closing, lambda each: each.category)
    parts = {name: total(slices, lambda each: each.closing) for name, slices in by_category.items()}
    whole = total(changes.closing, lambda each: each.closing)
    ordered = [(str(category), parts.get(category, Amounts())) for category in reversed(Category)]
    return [
        InspectionGroup(show, amounts.deals, amounts.cents)
        for show, amounts in [(CLOSING, whole), *ordered]
        if amounts.deals or show == CLOSING
    ]


def _narrowed(
    rows: DealVersionQuerySet, only: str, changes: Changes, inputs: RiskInputs
) -> DealVersionQuerySet:
    if only == Only.CHANGED:
        changed: DealVersionQuerySet = rows.filter(valid_from__gt=changes.before.moment)
        return changed
    return at_risk(rows, changes.report_view, inputs, only) if only else rows


def _steps(moves: Mapping[Movement, Steps], show: str) -> Steps | None:
    """Return the deals of the movement that is shown; None where none is."""
    return moves.get(Movement(show), ()) if show in set(Movement) else None


def _inspected(
    changes: Changes, rows: Sequence[DealVersion], inputs: RiskInputs, steps: Steps | None
) -> list[Inspected]:
    """Return these deals, which have their facts, with all that is told of them."""
    report_view, found = changes.report_view, []
    gone = {pk for pk, person in changes.people.people.items() if person.gone_by(report_view.day)}
    was = versions_of(changes.before, [row.deal_id for row in rows])
    worth = {moved.deal: value for moved, value in steps or ()}
    for row in rows:
        deal = judged(row, report_view.day, report_view.calendar.day, inputs, gone)
        is_open = row.status == Status.OPEN and not row.archived
        points = health(deal, day=report_view.day, large=None, rules=inputs.rules)
        reasons = deal_reasons(deal, day=report_view.day, large=None, rules=inputs.rules)
        found.append(
            Inspected(
                now=row,
                was=was.get(row.deal_id),
                standing=deal,
                reasons=reasons if is_open else (),
                health=points if is_open else None,
                report_view=report_view,
                moved=worth.get(row.deal_id),
            )
        )
    return found
