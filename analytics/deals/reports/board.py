"""The open pipeline as a board: a column for each stage, its totals, and its largest deals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum, Window
from django.db.models.functions import RowNumber

from analytics.attainment.reports.attainment import Amounts, grouped, open_slices, total
from analytics.context.reports import ReportView, one_state
from kit.money import cents
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status
from pipeline.stages.models import Stage

CARDS = 12
SHOWN = (
    "deal",
    "name",
    "amount_base",
    "expected_close_on",
    "next_step",
    "next_step_on",
    "stage",
    "account__name",
    "owner__full_name",
    "deal__version",
)


@dataclass(frozen=True, slots=True)
class Card:
    """An open deal on the board. ``version`` is the one that a move must find unchanged.

    ``close_is_past`` and ``step_is_past`` say which of its two days lies before the day looked at.
    """

    deal: int
    version: int
    name: str
    account: str
    owner: str
    amount: Decimal | None
    close: Any
    next_step: str
    close_is_past: bool
    step_is_past: bool

    @property
    def is_late(self) -> bool:
        """Whether the deal waits for somebody to name another day, or to do what was due."""
        return self.close_is_past or self.step_is_past


@dataclass(frozen=True, slots=True)
class StageColumn:
    """A stage with what stands in it, over all deals of the scope and not only its cards.

    For a won or lost stage it is what closed in the period, without cards.
    """

    stage: Stage
    amounts: Amounts
    cards: Sequence[Card]
    deals: DealSelection

    @property
    def more(self) -> int:
        """How many open deals of the column are not among its cards."""
        return self.amounts.deals - len(self.cards) if self.stage.kind == Status.OPEN else 0


@one_state()
def board(report_view: ReportView, *, closing: bool) -> list[StageColumn]:
    """Return the stages of the look's pipeline as columns in their order, in four statements.

    ``closing`` narrows the open deals to those expected to close in the period. Archived stages
    have a column while deals stand in them.
    """
    open_deals = report_view.closing if closing else report_view.open
    by_stage = grouped(open_slices(report_view), lambda each: each.stage)
    cards, closed = _cards(report_view, open_deals), _closed(report_view)
    found = []
    stages = Stage.objects.visible_to(report_view.viewer)
    for stage in (
        stages if report_view.pipeline is None else stages.filter(pipeline=report_view.pipeline)
    ):
        slices = by_stage.get(stage.pk, ())
        amounts = total(slices, lambda each: each.closing if closing else each.all)
        # The stage says which pipeline: addresses stay as they are where there is one.
        deals = open_deals.but(stage=stage.pk, pipeline=None)
        if stage.kind != Status.OPEN:
            amounts = closed.get(stage.pk, Amounts())
            deals = report_view.closed.but(stage=stage.pk, pipeline=None)
        if stage.archived_at is None or amounts.deals:
            found.append(StageColumn(stage, amounts, cards.get(stage.pk, ()), deals))
    return found


def _cards(report_view: ReportView, deals: DealSelection) -> dict[int, list[Card]]:
    """Return the largest deals of each stage that the viewer may open."""
    place = Window(
        RowNumber(),
        partition_by=F("stage"),
        order_by=[F("amount_base").desc(nulls_last=True), F("deal")],
    )
    rows = (
        report_view.versions(deals)
        .visible_to(report_view.viewer)
        .annotate(place=place)
        .filter(place__lte=CARDS)
    )
    found: dict[int, list[Card]] = {}
    for row in rows.order_by("stage", "place").values(*SHOWN):
        found.setdefault(row["stage"], []).append(_card(row, report_view))
    return found


def _card(row: Mapping[str, Any], report_view: ReportView) -> Card:
    def is_past(name: str) -> bool:
        return row[name] is not None and row[name] < report_view.day

    return Card(
        deal=row["deal"],
        version=row["deal__version"],
        name=row["name"],
        account=row["account__name"] or "",
        owner=row["owner__full_name"],
        amount=row["amount_base"],
        close=row["expected_close_on"],
        next_step=row["next_step"],
        close_is_past=is_past("expected_close_on"),
        step_is_past=is_past("next_step_on"),
    )


def _closed(report_view: ReportView) -> dict[int, Amounts]:
    """Return what closed in the period by stage; weights say nothing of closed deals."""
    rows: Sequence[Mapping[str, Any]] = (
        report_view.versions(report_view.closed)
        .order_by()
        .values("stage")
        .annotate(
            deals=Count("pk"),
            amount=Sum("amount_base"),
            unpriced=Count("pk", filter=Q(amount_base__isnull=True)),
        )
    )
    return {
        row["stage"]: Amounts(row["deals"], cents(row["amount"] or Decimal(0)), 0, row["unpriced"])
        for row in rows
    }
