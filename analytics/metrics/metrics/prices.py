"""List price against what was agreed. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a won deal whose product has a list price in the deal's currency.

    ``listed`` and ``sold`` are quantity x price, in the reporting currency.
    """

    deal: int
    product: int
    person: int
    listed: Decimal
    sold: Decimal
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Prices:
    """Lines and deals compared, and what they would have cost and did cost."""

    lines: int
    deals: int
    listed: Decimal
    sold: Decimal


def compared(lines: Iterable[PricedLine]) -> Prices:
    """Return what the lines cost together, listed and sold."""
    rows = list(lines)
    return Prices(
        lines=len(rows),
        deals=len({row.deal for row in rows}),
        listed=sum((row.listed for row in rows), Decimal(0)),
        sold=sum((row.sold for row in rows), Decimal(0)),
    )


def discount(prices: Prices) -> Decimal | None:
    """Return what was taken off the list price; negative where more was asked than listed.

    Name: Discount
    Formula: 1 - sum of (quantity x price agreed) / sum of (quantity x list price)
    Unit: a share
    Denominator: list prices of the product lines of deals won in the period
    Placed by: the day of the closing
    Credited to: the owner at the closing
    Left out: lines of products without a list price, with one of zero, or with one in another
        currency than the deal's; deals without lines
    Undefined: without such a line
    Source: list against sold price; the list price is today's, as none of the past is kept
    """
    return 1 - prices.sold / prices.listed if prices.listed else None
