"""The deals of a pipeline one by one: how each stands, what changed, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from kit.pages import Page, page_of
from pipeline.enums import Category, Movement, Only, Signal, Status
from pipeline.metrics.risk import Health, OpenDeal, deal_reasons, health
from pipeline.models.deals import DealVersion
from pipeline.querysets import DealVersionQuerySet
from pipeline.reports.attention import described_deals, ground_of
from pipeline.reports.changed_deals import versions_of
from pipeline.reports.changes import Changes
from pipeline.reports.look import Look
from pipeline.reports.open_pipeline import Amounts, amounts_of, grouped, total
from pipeline.reports.risk_filter import at_risk
from pipeline.reports.risk_ground import Ground


@dataclass(frozen=True, slots=True)
class Inspected:
    """A deal at the later moment beside the earlier one; ``was`` None: it did not exist yet.

    ``reasons`` are what is wrong with a deal that is open, the most urgent first, ``health`` what
    they leave of it.
    """

    now: DealVersion
    was: DealVersion | None
    standing: OpenDeal
    reasons: tuple[Signal, ...]
    health: Health | None
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
    look, ground = changes.look, ground_of(changes.look)
    moves = changes.by_movement()
    rows = _narrowed(_rows(changes, show, moves), only, changes, ground)
    seen = rows.visible_to(look.viewer)
    shown, whole = amounts_of(seen), rows.count()
    page = page_of(
        _in_order(seen, field, descending=descending),
        total=shown.deals,
        number=number,
    )
    return Inspection(
        page=replace(page, rows=_inspected(changes, page.rows, ground)),
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
    ground = ground_of(changes.look)
    rows = _narrowed(_rows(changes, show, changes.by_movement()), only, changes, ground)
    seen = _in_order(rows.visible_to(changes.look.viewer), field, descending=descending)
    waiting = seen.iterator(chunk_size=BATCH)
    while batch := list(islice(waiting, BATCH)):
        yield from _inspected(changes, batch, ground)


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


def _narrowed(
    rows: DealVersionQuerySet, only: str, changes: Changes, ground: Ground
) -> DealVersionQuerySet:
    if only == Only.CHANGED:
        changed: DealVersionQuerySet = rows.filter(valid_from__gt=changes.before.moment)
        return changed
    return at_risk(rows, changes.look, ground, only) if only else rows


def _inspected(changes: Changes, rows: Sequence[DealVersion], ground: Ground) -> list[Inspected]:
    """Return these deals with all that is told of them, in two statements."""
    look = changes.look
    deals = [row.deal_id for row in rows]
    gone = {pk for pk, person in changes.people.people.items() if person.gone_by(look.day)}
    standing = described_deals(look, deals, ground=ground, gone=gone)
    was = versions_of(changes.before, deals)
    return [
        Inspected(
            now=row,
            was=was.get(row.deal_id),
            standing=standing[row.deal_id],
            reasons=_reasons(row, standing[row.deal_id], look, ground),
            health=_health(row, standing[row.deal_id], look, ground),
            look=look,
        )
        for row in rows
    ]


def _reasons(row: DealVersion, deal: OpenDeal, look: Look, ground: Ground) -> tuple[Signal, ...]:
    if not _is_open(row):
        return ()
    return deal_reasons(deal, day=look.day, large=None, rules=ground.rules)


def _health(row: DealVersion, deal: OpenDeal, look: Look, ground: Ground) -> Health | None:
    return health(deal, day=look.day, large=None, rules=ground.rules) if _is_open(row) else None


def _is_open(row: DealVersion) -> bool:
    return row.status == Status.OPEN and not row.archived
