"""List prices against prices agreed, by product and by person."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.context.reports import ReportView, one_state
from analytics.metrics.metrics.closings import PricedLine, Prices, compared, cut
from analytics.metrics.reports.closings import ELSEWHERE, shown_to
from kit.money import half_up
from pipeline.deals.models import DealLine


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLine:
    """Product lines of won deals: of the product or person that ``key`` names, or of the ``whole``.

    Both are left out for the lines of deals that the viewer may not open.
    """

    label: str
    prices: Prices
    key: int | None = None
    whole: bool = False

    @property
    def listed(self) -> Decimal:
        return half_up(self.prices.listed)

    @property
    def sold(self) -> Decimal:
        return half_up(self.prices.sold)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesReport:
    """What was sold in the period against its list price.

    ``won`` are all won deals; those that nothing could be compared of are the rest.
    """

    report_view: ReportView
    won: int
    rows: Sequence[PricedLine]
    whole: PriceLine
    products: Sequence[PriceLine]
    people: Sequence[PriceLine]


@one_state()
def prices_report(report_view: ReportView, *, names: Mapping[int, str]) -> PricesReport:
    """Return the prices of a report view, in two statements."""
    found = price_lines(report_view)
    rows = found.rows
    return PricesReport(
        report_view=report_view,
        won=found.won,
        rows=rows,
        whole=PriceLine(label=report_view.scope.label, whole=True, prices=compared(rows)),
        products=_parted(rows, lambda row: row.product, found.products),
        people=_parted(rows, lambda row: row.person, names),
    )


@dataclass(frozen=True, slots=True)
class PriceLines:
    """The lines to compare, the names of their products, and how many deals were won."""

    rows: Sequence[PricedLine]
    products: Mapping[int, str]
    won: int


def price_lines(report_view: ReportView) -> PriceLines:
    """Return the lines of won deals that have a list price in the currency of the deal."""
    held = report_view.versions(report_view.won).annotate(shown=shown_to(report_view.viewer))
    won = {
        deal: (currency, person, rate or Decimal(1), shown)
        for deal, currency, person, rate, shown in held.values_list(
            "deal", "currency", "credited_to", "exchange_rate", "shown"
        )
    }
    lines = DealLine.objects.filter(
        deal__in=report_view.versions(report_view.won).values("deal"), product__list_price__gt=0
    )
    found: list[PricedLine] = []
    products: dict[int, str] = {}
    for deal, product, name, currency, listed, price, quantity in lines.values_list(
        "deal",
        "product",
        "product__name",
        "product__currency",
        "product__list_price",
        "unit_price",
        "quantity",
    ):
        sold_in, person, rate, shown = won[deal]
        if sold_in == currency and listed is not None:
            products[product] = name
            each = quantity * rate
            found.append(PricedLine(deal, product, person, each * listed, each * price, shown))
    return PriceLines(found, products, len(won))


def _parted(
    rows: Sequence[PricedLine], by: Callable[[PricedLine], int], names: Mapping[int, str]
) -> list[PriceLine]:
    parts = cut((row for row in rows if row.shown), by)
    found = [
        PriceLine(label=names.get(key, "Somebody else"), key=key, prices=compared(group))
        for key, group in parts.items()
    ]
    found.sort(key=lambda line: (-line.prices.listed, line.label))
    hidden = [row for row in rows if not row.shown]
    if hidden:
        found.append(PriceLine(label=ELSEWHERE, prices=compared(hidden)))
    return found
