"""The deals of a pipeline one by one: how each stands, what changed, and what is wrong with it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import islice

from django.db.models import Count, Exists, Max, OuterRef, Q

from kit.pages import Page, page_of
from org.enums import PeriodKind
from pipeline.enums import TOUCHES, Category, Movement, Only, Status
from pipeline.metrics.attention import THRESHOLDS, DealReason, OpenDeal, deal_reasons
from pipeline.metrics.slips import DateMoves, date_moves
from pipeline.models.activities import Activity
from pipeline.models.deals import DealVersion
from pipeline.querysets import DealVersionQuerySet
from pipeline.reports.attention import described_deals
from pipeline.reports.changed_deals import versions_of
from pipeline.reports.changes import Changes
from pipeline.reports.look import Look
from pipeline.reports.open_pipeline import Amounts, amounts_of, grouped, total


@dataclass(frozen=True, slots=True)
class Touch:
    """The last call, e-mail or meeting on a deal, and how many contacts took part in any."""

    last: datetime | None = None
    people: int = 0


@dataclass(frozen=True, slots=True)
class Inspected:
    """A deal at the later moment beside the earlier one; ``was`` None: it did not exist yet.

    ``reasons`` are what is wrong with a deal that is open, the most urgent first.
    """

    now: DealVersion
    was: DealVersion | None
    standing: OpenDeal
    moves: DateMoves
    touch: Touch
    reasons: tuple[DealReason, ...]
    look: Look


@dataclass(frozen=True, slots=True)
class Group:
    """A total that opens its deals: a category in play, or a movement since. In cents."""

    show: str
    deals: int
    cents: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """A page of inspected deals, what all of them come to, and the totals to choose from.

    ``elsewhere`` deals belong to people no longer below the viewer; they are in the totals of
    the groups, not in the rows.
    """

    page: Page
    shown: Amounts
    elsewhere: int
    in_play: Sequence[Group]
    since: Sequence[Group]


CLOSING = "closing"
# Deals of a download that are read at once.
BATCH = 500


def inspection(
    changes: Changes, *, show: str, only: str, field: str, descending: bool, number: int
) -> Inspection:
    """Return the deals of a group: "closing", a category of it, or a movement.

    ``only`` narrows them to those with something to look at; ``field`` is a column of versions.
    """
    look = changes.look
    moves = changes.by_movement()
    rows = _rows(changes, show, moves).filter(_only(only, changes))
    seen = rows.visible_to(look.viewer)
    shown, whole = amounts_of(seen), rows.count()
    page = page_of(
        _in_order(seen, field, descending=descending),
        total=shown.deals,
        number=number,
    )
    return Inspection(
        page=replace(page, rows=_inspected(changes, page.rows)),
        shown=shown,
        elsewhere=whole - shown.deals,
        in_play=_categories(changes),
        since=[
            Group(str(movement), len(deals), sum(value for _, value in deals))
            for movement, deals in moves.items()
        ],
    )


def inspected_deals(
    changes: Changes, *, show: str, only: str, field: str, descending: bool
) -> Iterator[Inspected]:
    """Return every deal of a group that the viewer may open, for a download; see ``inspection``."""
    rows = _rows(changes, show, changes.by_movement()).filter(_only(only, changes))
    seen = _in_order(rows.visible_to(changes.look.viewer), field, descending=descending)
    waiting = seen.iterator(chunk_size=BATCH)
    while batch := list(islice(waiting, BATCH)):
        yield from _inspected(changes, batch)


def _in_order(rows: DealVersionQuerySet, field: str, *, descending: bool) -> DealVersionQuerySet:
    ordered: DealVersionQuerySet = rows.in_order(field, descending=descending)
    return ordered.select_related("account", "owner", "stage")


def _rows(changes: Changes, show: str, moves: Mapping[Movement, Sequence]) -> DealVersionQuerySet:
    look = changes.look
    if show in set(Movement):
        found = [moved.deal for moved, _ in moves.get(Movement(show), ())]
        return DealVersion.objects.as_of(look.moment).filter(deal__in=found)
    return look.versions(look.closing.but(category="" if show == CLOSING else show))


def _categories(changes: Changes) -> list[Group]:
    by_category = grouped(changes.closing, lambda each: each.category)
    parts = {name: total(slices, lambda each: each.closing) for name, slices in by_category.items()}
    whole = total(changes.closing, lambda each: each.closing)
    ordered = [(str(category), parts.get(category, Amounts())) for category in reversed(Category)]
    return [
        Group(show, amounts.deals, amounts.cents)
        for show, amounts in [(CLOSING, whole), *ordered]
        if amounts.deals or show == CLOSING
    ]


def _only(only: str, changes: Changes) -> Q:
    day, moment = changes.look.day, changes.look.moment
    since = moment - timedelta(days=THRESHOLDS.quiet_days)
    touched = Activity.objects.known_at(moment).filter(deal=OuterRef("deal"), occurred_at__gt=since)
    later = DealVersion.objects.filter(
        deal=OuterRef("deal"),
        valid_from__lt=OuterRef("valid_from"),
        expected_close_on__lt=OuterRef("expected_close_on"),
    )
    narrowed: dict[str, Q] = {
        "": Q(),
        Only.CHANGED: Q(valid_from__gt=changes.before.moment),
        Only.PUSHED: Q(Exists(later)),
        Only.CLOSE_PASSED: Q(expected_close_on__lt=day),
        Only.STEP_OVERDUE: Q(next_step_on__lt=day),
        Only.NO_STEP: Q(next_step=""),
        Only.QUIET: ~Q(Exists(touched)),
    }
    return narrowed[only]


def _inspected(changes: Changes, rows: Sequence[DealVersion]) -> list[Inspected]:
    """Return these deals with all that is told of them, in four statements."""
    look = changes.look
    deals = [row.deal_id for row in rows]
    gone = {pk for pk, person in changes.people.people.items() if not person.active}
    standing = described_deals(look, deals, gone=gone)
    was = versions_of(changes.before, deals)
    closes, touches = _closes(look, deals), _touches(look, deals)
    return [
        Inspected(
            now=row,
            was=was.get(row.deal_id),
            standing=standing[row.deal_id],
            moves=date_moves(closes.get(row.deal_id, ()), period_of=_quarter_of(look)),
            touch=touches.get(row.deal_id, Touch()),
            reasons=_reasons(row, standing[row.deal_id], look),
            look=look,
        )
        for row in rows
    ]


def _reasons(row: DealVersion, standing: OpenDeal, look: Look) -> tuple[DealReason, ...]:
    if row.status != Status.OPEN or row.archived:
        return ()
    return deal_reasons(standing, day=look.day, large=None)


def _closes(look: Look, deals: Iterable[int]) -> dict[int, list[date | None]]:
    """Return the expected closes that each deal ever had by the look's moment, in order."""
    rows = (
        DealVersion.objects.filter(deal__in=deals, valid_from__lte=look.moment)
        .order_by("deal", "valid_from")
        .values_list("deal", "expected_close_on")
    )
    found: dict[int, list[date | None]] = {}
    for deal, close in rows:
        found.setdefault(deal, []).append(close)
    return found


def _touches(look: Look, deals: Iterable[int]) -> dict[int, Touch]:
    rows = (
        Activity.objects.visible_to(look.viewer)
        .known_at(look.moment)
        .filter(deal__in=deals, kind__in=TOUCHES)
        .order_by()
        .values("deal")
        .annotate(last=Max("occurred_at"), people=Count("contact", distinct=True))
    )
    return {row["deal"]: Touch(row["last"], row["people"]) for row in rows}


def _quarter_of(look: Look) -> Callable[[date], int]:
    def period_of(day: date) -> int:
        held = look.calendar.holding(day, PeriodKind.QUARTER)
        # Beyond the calendar each year is a period of its own.
        return held.pk if held else day.year

    return period_of
