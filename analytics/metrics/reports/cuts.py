"""The closed deals of a period by source, industry and product, and the pipeline created."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import Count, Q, Sum

from analytics.context.reports.one_state import one_state
from analytics.context.reports.report_view import ReportView
from analytics.metrics.metrics.closings import Closing
from analytics.metrics.reports.closings import (
    ELSEWHERE,
    ClosingsRow,
    ClosingsRows,
    closings,
    grouped_closings,
    line,
    lines_of,
    shown_to,
)
from kit.money import cents
from pipeline.deals.models.deals import DealLine
from pipeline.deals.reports.kinds import NO_COMPETITOR, NO_PRODUCT, NOT_GIVEN
from pipeline.deals.reports.selection import DealSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Deals created in the period that have a source in common, and their amounts in cents."""

    label: str
    count: int
    cents: int
    unpriced: int
    deals: DealSelection | None


def created_by_source(report_view: ReportView, created: DealSelection) -> list[Created]:
    """Return the deals created in the period by source, the largest amount first.

    Name: Pipeline created
    Formula: number of deals created, and the sum of their amounts as they stand
    Unit: deals, and money
    Placed by: the day of the creation
    Credited to: the owner as long as a deal is open, then who had the credit at the closing, and
        their team of that day
    Left out: archived deals; deals without an amount count as deals alone
    Source: Atrium, "New opportunities"
    """
    rows = (
        report_view.versions(created)
        .annotate(shown=shown_to(report_view.viewer))
        .values("deal__source", "shown")
        .annotate(
            rows=Count("deal"),
            amount=Sum("amount_base", default=Decimal(0)),
            without=Count("deal", filter=Q(amount_base=None)),
        )
        .order_by()
    )
    found = [
        _created(
            row["deal__source"] or "No source",
            [row],
            created.but(source=row["deal__source"] or NOT_GIVEN),
        )
        for row in rows
        if row["shown"]
    ]
    found.sort(key=lambda each: (-each.cents, each.label))
    hidden = [row for row in rows if not row["shown"]]
    return [*found, _created(ELSEWHERE, hidden, None)] if hidden else found


def _created(label: str, rows: Iterable[Mapping[str, Any]], deals: DealSelection | None) -> Created:
    return Created(
        label=label,
        count=sum(row["rows"] for row in rows),
        cents=sum(cents(row["amount"]) for row in rows),
        unpriced=sum(row["without"] for row in rows),
        deals=deals,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CutsReport:
    """Closed deals grouped by what they are; products overlap where a deal has several."""

    report_view: ReportView
    whole: ClosingsRow
    sources: ClosingsRows
    industries: ClosingsRows
    competitors: ClosingsRows
    products: Sequence[ClosingsRow]
    created: Created
    created_by_source: Sequence[Created]

    def __post_init__(self) -> None:
        found = sum(each.count for each in self.created_by_source)
        amount = sum(each.cents for each in self.created_by_source)
        if (found, amount) != (self.created.count, self.created.cents):
            raise ValueError("the deals created by source are not all deals created")


@one_state()
def cuts_report(report_view: ReportView, *, reached: int | None) -> CutsReport:
    """Return the cuts of a report view, in three statements."""
    deals = report_view.closed.but(reached=reached)
    rows = closings(report_view, deals)
    whole = line(report_view.scope.label, deals, rows)
    created = report_view.deals(
        DealSelection(
            created_from=report_view.period.period.start, created_to=report_view.period.period.end
        )
    )
    by_source = created_by_source(report_view, created)
    return CutsReport(
        report_view=report_view,
        whole=whole,
        sources=_by_text(whole, rows, "source"),
        industries=_by_text(whole, rows, "industry"),
        competitors=grouped_closings(
            whole,
            rows,
            lambda row: (row.competitor or NO_COMPETITOR, row.competitor_name),
            part=lambda found: {"competitor": found[0]},
            label=lambda found: found[1] or "Nobody named",
        ),
        products=_by_product(report_view, deals, rows),
        created=Created(
            label=report_view.scope.label,
            count=sum(each.count for each in by_source),
            cents=sum(each.cents for each in by_source),
            unpriced=sum(each.unpriced for each in by_source),
            deals=created,
        ),
        created_by_source=by_source,
    )


def _by_text(whole: ClosingsRow, rows: Sequence[Closing], field: str) -> ClosingsRows:
    return grouped_closings(
        whole,
        rows,
        attrgetter(field),
        part=lambda text: {field: text or NOT_GIVEN},
        label=lambda text: text or f"No {field}",
    )


def _by_product(
    report_view: ReportView, deals: DealSelection, rows: Sequence[Closing]
) -> list[ClosingsRow]:
    """Return a line for each product; a deal with two of them is in both lines."""
    sold: dict[int, set[int]] = {}
    names: dict[int, str] = {}
    lines = DealLine.objects.filter(deal__in=report_view.versions(deals).values("deal"))
    for deal, product, name in lines.values_list("deal", "product", "product__name"):
        sold.setdefault(deal, set()).add(product)
        names[product] = name
    groups: dict[int, list[Closing]] = {}
    for row in rows:
        for product in sold.get(row.deal, {NO_PRODUCT}) if row.shown else ():
            groups.setdefault(product, []).append(row)
    return lines_of(
        deals,
        rows,
        groups,
        part=lambda product: {"product": product},
        label=lambda product: names.get(product, "No product"),
    )
