"""What the deal list, the deal page and two edits at once show."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from analytics.attainment.reports.standing import CreditedCents, credited
from kit import display
from kit.api.pages import PAGE_SIZE
from kit.money import half_up
from kit.tables import COUNT_CAP, Page
from org.models.people import Person
from org.services.calendar import end_of_day
from pipeline import rules
from pipeline.activities.reports import (
    Timeline,
    TimelineEntry,
    deal_timeline,
    deal_versions,
    version_words,
)
from pipeline.deals.declared import DECLARED, DOWNLOADED, EDITABLE
from pipeline.deals.metrics import SECONDS_A_DAY, days_by_stage
from pipeline.deals.models import Deal, DealLine, DealVersion
from pipeline.deals.querysets import DealQuerySet, DealVersionQuerySet
from pipeline.deals.reports.order import GROUPINGS, grouped_page
from pipeline.deals.reports.selection import DealSelection
from pipeline.deals.reports.totals import Totals, deal_totals, residual
from pipeline.deals.services import reason_label
from pipeline.enums import Status
from pipeline.people.reports import DealPeople, deal_people
from pipeline.stages.models import Pipeline, Stage

# What the list and its download show of a deal or version.
LISTED = (
    "name",
    "status",
    "amount",
    "currency",
    "amount_base",
    "expected_close_on",
    "closed_on",
    "category",
    "next_step",
    *(field.name for field in DOWNLOADED),
    "account__name",
    "owner__full_name",
    "stage__name",
    "stage__pipeline__name",
)


@dataclass(frozen=True, slots=True)
class DealList:
    """A page of the rows that the viewer may open, and the totals of all of them.

    ``elsewhere`` is what a team's or person's total holds besides: deals of people who are no
    longer below the viewer. It and ``totals`` add up to the figure that was opened. Where the
    ``credits`` of some are split, rows and totals are by what of each deal counts.
    """

    selection: DealSelection
    page: Page
    totals: Totals
    elsewhere: Totals | None
    credits: CreditedCents = field(default_factory=CreditedCents)


def deal_rows(
    viewer: Person,
    selection: DealSelection,
    *,
    field: str,
    descending: bool,
    now: datetime,
    today: date,
    also: Collection[int] = (),
) -> QuerySet:
    """Return all rows of the selection that the viewer may open, in order, ready to be shown."""
    rows = _rows(selection, now=now, today=today, also=also).visible_to(viewer)
    shown = (*LISTED, "deal_id") if selection.as_of else (*LISTED, "created_at")
    rows = rows.in_order(field, descending=descending)
    return rows.select_related("account", "owner", "stage__pipeline").only(*shown)


def credited_of(selection: DealSelection, *, now: datetime) -> CreditedCents:
    """Return what of its deals counts for whom the selection is of."""
    return credited(selection, moment=end_of_day(selection.as_of) if selection.as_of else now)


def deal_list(
    viewer: Person,
    selection: DealSelection,
    *,
    field: str,
    descending: bool,
    number: int,
    now: datetime,
    today: date,
    exact: bool = False,
) -> DealList:
    """Return page ``number`` of the selection, ordered by the column ``field`` of deals.

    Totals of the plain list stop at COUNT_CAP deals unless ``exact``; behind a figure of
    another page they are always whole.
    """
    credits = credited_of(selection, now=now)
    days: dict[str, Any] = {"now": now, "today": today, "also": credits.given}
    rows = deal_rows(viewer, selection, field=field, descending=descending, **days)
    whole = exact or selection.is_of_a_figure
    totals = credits.corrected(deal_totals(rows, cap=None if whole else COUNT_CAP), rows)
    shown = min(totals.count, COUNT_CAP)
    number = min(number, max(1, -(-shown // PAGE_SIZE)))
    start = (number - 1) * PAGE_SIZE
    if totals.count >= COUNT_CAP and field in GROUPINGS and selection.as_of is None:
        found = grouped_page(
            rows, selection, field=field, descending=descending, start=start,
            stop=start + PAGE_SIZE,
        )  # fmt: skip
    else:
        found = list(rows[start : start + PAGE_SIZE])
    page = Page(
        list(credits.marked(found)),
        number,
        PAGE_SIZE,
        shown,
        totals.capped or totals.count > shown,
    )
    elsewhere = None
    if whole and selection.totals_shown_to(viewer):
        all_rows = _rows(selection, **days)
        elsewhere = residual(credits.corrected(deal_totals(all_rows, cap=None), all_rows), totals)
    return DealList(selection, page, totals, elsewhere, credits=credits)


def _rows(
    selection: DealSelection, *, now: datetime, today: date, also: Collection[int] = ()
) -> DealQuerySet | DealVersionQuerySet:
    if selection.as_of is None:
        return selection.rows(moment=now, day=today, also=also)
    return selection.rows(moment=end_of_day(selection.as_of), day=selection.as_of, also=also)


@dataclass(frozen=True, slots=True)
class PathStep:
    """A stage on a deal's path: ``days`` the deal stood there (None: never), and how it goes on."""

    stage: Stage
    days: float | None
    is_current: bool
    is_over: bool


@dataclass(frozen=True, slots=True)
class ProductLine:
    """A product line; ``quantity`` without needless zeros, ``total`` to the cent."""

    pk: int
    product: str
    quantity: str
    unit_price: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class DealPage:
    """The contents of a deal's page.

    ``ways`` are the stages of its pipeline that it can move to, ``following`` the next open one;
    ``won`` and ``lost`` are where a closing leads, None for what the deal is already. ``crossing``
    is another pipeline that it could move to, where there is one; ``days_here`` are the days
    since it entered its stage.
    """

    deal: Deal
    category: str
    days_here: float
    is_overdue: bool
    path: list[PathStep]
    ways: list[Stage]
    crossing: Pipeline | None
    following: Stage | None
    won: Stage | None
    lost: Stage | None
    lines: list[ProductLine]
    lines_total: Decimal
    people: DealPeople
    timeline: Timeline
    may_edit: bool

    @property
    def conversion(self) -> str:
        """How the amount became one in the organisation's currency; "" where it was one."""
        if self.deal.exchange_rate is None:
            return ""
        at = version_words(self.deal, "exchange_rate")
        return f"{version_words(self.deal, 'amount')} at {at}"

    @property
    def pipeline(self) -> str:
        """The deal's pipeline, where there are several."""
        return self.deal.stage.pipeline.name if self.crossing else ""

    @property
    def won_href(self) -> str:
        return self._move_href(self.won)

    @property
    def lost_href(self) -> str:
        return self._move_href(self.lost)

    def _move_href(self, stage: Stage | None) -> str:
        address = reverse("analytics:deal-move", args=[self.deal.pk])
        return f"{address}?stage={stage.pk}" if stage else address


def deal_page(
    viewer: Person, deal: Deal, *, now: datetime, today: date, limit: int | None
) -> DealPage:
    """Return the page of a deal that the viewer may see, with ``limit`` entries of its story."""
    versions = deal_versions(deal)
    stages = list(Stage.objects.visible_to(viewer).select_related("pipeline", "people"))
    own = deal.stage.pipeline_id
    in_use = [stage for stage in stages if _in_use(stage, own)]
    is_open = deal.status == Status.OPEN
    ahead = [s for s in in_use if s.kind == Status.OPEN and s.order > deal.stage.order]
    ends = {stage.kind: stage for stage in reversed(in_use) if stage.kind != deal.status}
    days_here = (now - deal.stage_entered_at).total_seconds() / SECONDS_A_DAY
    lines = [_line(row) for row in deal.lines.select_related("product")]
    return DealPage(
        deal=deal,
        category=deal.category.replace("_", " ").capitalize(),
        days_here=days_here,
        is_overdue=is_open
        and deal.expected_close_on is not None
        and deal.expected_close_on < today,
        path=_path(deal, stages, versions, now=now),
        ways=[stage for stage in in_use if stage.pk != deal.stage_id],
        crossing=_other_pipeline(stages, own),
        following=ahead[0] if is_open and ahead else None,
        won=ends.get(Status.WON),
        lost=ends.get(Status.LOST),
        lines=lines,
        lines_total=sum((line.total for line in lines), Decimal(0)),
        people=deal_people(deal, stages, now=now),
        timeline=deal_timeline(deal, versions=versions, limit=limit),
        may_edit=rules.can_edit_seen_deal(viewer, deal),
    )


def _line(row: DealLine) -> ProductLine:
    return ProductLine(
        pk=row.pk,
        product=row.product.name,
        quantity=f"{row.quantity.normalize():,f}",
        unit_price=row.unit_price,
        total=half_up(row.quantity * row.unit_price),
    )


def _path(
    deal: Deal, stages: list[Stage], versions: list[DealVersion], *, now: datetime
) -> list[PathStep]:
    """Return the open stages of its pipeline in use and those it stood in; of closed ones, its own.

    What the deal went through in another pipeline comes first, and is over.
    """
    own = deal.stage.pipeline_id
    spans = ((version.stage_id, version.valid_from, version.valid_to) for version in versions)
    days = days_by_stage(spans, until=now)
    on_path = [
        stage
        for stage in stages
        if stage.pk == deal.stage_id
        or (stage.kind == Status.OPEN and (stage.pk in days or _in_use(stage, own)))
    ]
    on_path.sort(key=lambda stage: stage.pipeline_id == own)
    return [
        PathStep(
            stage=stage,
            days=days.get(stage.pk) if stage.kind == Status.OPEN else None,
            is_current=stage.pk == deal.stage_id,
            is_over=stage.pipeline_id != own or stage.order < deal.stage.order,
        )
        for stage in on_path
    ]


def _in_use(stage: Stage, pipeline: int) -> bool:
    return stage.archived_at is None and stage.pipeline_id == pipeline


def _other_pipeline(stages: list[Stage], own: int) -> Pipeline | None:
    """Return the first other pipeline in use that has a stage in use."""
    others = (stage for stage in stages if stage.pipeline_id != own and stage.archived_at is None)
    return next((s.pipeline for s in others if s.pipeline.archived_at is None), None)


# The history keeps these under the name of what they decide.
KEPT_AS = {"currency": "amount", "category_override": "category"}


@dataclass(frozen=True, slots=True)
class DealFieldDifference:
    """A field with the author's value, the stored value, and who stored it.

    ``contested``: the stored value is not the one that the author saw, so somebody changed it
    meanwhile; ``entry`` is the change in the deal's story, where it tells it. ``choosable``: the
    field can still be set, the deal being as it is now.
    """

    field: str
    label: str
    mine: str
    stored: str
    contested: bool
    choosable: bool
    entry: TimelineEntry | None


@dataclass(frozen=True, slots=True)
class DealEditConflict:
    """A deal as it is now, the author's clashing fields, and what else happened meanwhile."""

    current: Deal
    clashes: list[DealFieldDifference]
    meanwhile: list[TimelineEntry]


def edit_conflict(
    current: Deal,
    attempted: Mapping[str, Any],
    *,
    contested: Collection[str],
    choosable: Collection[str],
    seen: datetime | None,
) -> DealEditConflict:
    """Compare attempted values with stored ones; the author read them at ``seen``."""
    timeline = deal_timeline(current, limit=None)
    clashes = [
        DealFieldDifference(
            field=field,
            label=DECLARED[field].label,
            mine=words(field, mine),
            stored=words(field, getattr(current, field)),
            contested=field in contested,
            choosable=field in choosable,
            entry=timeline.last_change(KEPT_AS.get(field, field)) if field in contested else None,
        )
        for field, mine in attempted.items()
        if field in EDITABLE and field != "external_id" and getattr(current, field) != mine
    ]
    return DealEditConflict(current, clashes, _since(timeline.entries, seen))


def words(field: str, value: Any) -> str:
    """Return a field's value as it reads on a page; "" for none."""
    if value is None or value == "":
        return ""
    if field == "amount":
        return display.money_exact(value)
    if field == "lost_reason":
        return reason_label(value) or str(value)
    if field == "category_override":
        return str(value).replace("_", " ").capitalize()
    return display.day(value) if isinstance(value, date) else str(value)


def _since(entries: list[TimelineEntry], seen: datetime | None) -> list[TimelineEntry]:
    """Return the changes after ``seen``; the newest one where that is not known."""
    changes = [entry for entry in entries if entry.activity is None]
    return [entry for entry in changes if entry.at > seen] if seen else changes[:1]
