"""The open pipeline by owner, stage and category, read in one statement."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Count, DecimalField, ExpressionWrapper, F, Q, Sum, Value
from django.db.models.functions import Round

from analytics.context.reports.report_view import ReportView
from kit.money import cents
from pipeline.deals.querysets import DealVersionQuerySet

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Amounts:
    """Open deals: how many, their cents, cents x probability, and how many have no amount."""

    deals: int = 0
    cents: int = 0
    weighted: int = 0
    unpriced: int = 0

    def __add__(self, other: "Amounts") -> "Amounts":
        return Amounts(
            self.deals + other.deals,
            self.cents + other.cents,
            self.weighted + other.weighted,
            self.unpriced + other.unpriced,
        )


@dataclass(frozen=True, slots=True)
class Slice:
    """The open deals of one owner in one stage and category; ``closing`` those of the period.

    ``undated`` of them have no close date.
    """

    owner: int
    stage: int
    stage_name: str
    stage_order: int
    category: str
    all: Amounts
    closing: Amounts
    undated: int = 0
    pipeline: int = 0
    pipeline_name: str = ""
    pipeline_order: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """The open deals of one stage or category."""

    key: int | str
    label: str
    all: Amounts
    closing: Amounts


OF_THE_STAGE = (
    "stage__name",
    "stage__order",
    "stage__pipeline",
    "stage__pipeline__name",
    "stage__pipeline__order",
)


def open_slices(report_view: ReportView) -> Sequence[Slice]:
    """Return the open pipeline of a report view.

    The weight is the stage's probability of the time, rounded half up to the cent for each deal
    (PostgreSQL rounds numeric halves away from zero) and then added up.
    """
    period = report_view.period.period
    closing = Q(expected_close_on__gte=period.start, expected_close_on__lt=period.end)
    rows = report_view.versions(report_view.open).values(
        "owner", "stage", "category", *OF_THE_STAGE
    )
    undated = Count("owner", filter=Q(expected_close_on__isnull=True))
    rows = rows.annotate(
        **_amounts("all"), **_amounts("closing", closing), undated=undated
    ).order_by()
    return [_slice(row) for row in rows]


def amounts_of(rows: DealVersionQuerySet) -> Amounts:
    """Return what these open deals add up to."""
    return _read(rows.aggregate(**_amounts("all")), "all")


def total(slices: Iterable[Slice], part: Callable[[Slice], Amounts]) -> Amounts:
    """Return the sum of a part of the slices."""
    return sum((part(each) for each in slices), Amounts())


def grouped(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Return the rows by ``key``."""
    found: dict[Key, list[Row]] = {}
    for each in rows:
        found.setdefault(key(each), []).append(each)
    return found


def bars(slices: Iterable[Slice], key: Callable[[Slice], tuple[Any, int | str, str]]) -> list[Bar]:
    """Return one bar for each ``key``: (place in the order, id, label)."""
    return [
        Bar(pk, label, total(inside, lambda s: s.all), total(inside, lambda s: s.closing))
        for (_, pk, label), inside in sorted(grouped(slices, key).items())
    ]


def by_stage(slices: Iterable[Slice]) -> Callable[[Slice], tuple[Any, int, str]]:
    """Return the key by which ``bars`` puts slices in the order of their stages.

    The stages of a pipeline stand together, and are called by it where there are several: places
    of two pipelines say nothing of each other.
    """
    several = len({each.pipeline for each in slices}) > 1

    def key(each: Slice) -> tuple[Any, int, str]:
        place = (each.pipeline_order, each.pipeline, each.stage_order)
        label = f"{each.pipeline_name}: {each.stage_name}" if several else each.stage_name
        return place, each.stage, label

    return key


def _amounts(name: str, which: Q | None = None) -> dict[str, Any]:
    weight = ExpressionWrapper(
        F("amount_base") * F("probability") / Value(Decimal(100)),
        output_field=DecimalField(max_digits=20, decimal_places=6),
    )
    unpriced = Q(amount_base__isnull=True)
    return {
        f"{name}_deals": Count("owner", filter=which),
        f"{name}_amount": Sum("amount_base", filter=which),
        f"{name}_weighted": Sum(Round(weight, precision=2), filter=which),
        f"{name}_unpriced": Count("owner", filter=unpriced & which if which else unpriced),
    }


def _slice(row: dict) -> Slice:
    return Slice(
        owner=row["owner"],
        stage=row["stage"],
        stage_name=row["stage__name"],
        stage_order=row["stage__order"],
        category=row["category"],
        all=_read(row, "all"),
        closing=_read(row, "closing"),
        undated=row["undated"],
        pipeline=row["stage__pipeline"],
        pipeline_name=row["stage__pipeline__name"],
        pipeline_order=row["stage__pipeline__order"],
    )


def _read(row: dict, name: str) -> Amounts:
    return Amounts(
        deals=row[f"{name}_deals"],
        cents=cents(row[f"{name}_amount"] or Decimal(0)),
        weighted=cents(row[f"{name}_weighted"] or Decimal(0)),
        unpriced=row[f"{name}_unpriced"],
    )
