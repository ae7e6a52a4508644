"""The only place that rounds money: half up, to the cent."""

from decimal import ROUND_HALF_UP, Decimal
from typing import overload

CENT = Decimal("0.01")


def half_up(amount: Decimal) -> Decimal:
    """Round to the cent, halves away from zero: 2.675 becomes 2.68."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def whole(amount: Decimal) -> Decimal:
    """Round to whole units, halves away from zero: 1200.50 becomes 1201."""
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def cents(amount: Decimal) -> int:
    """Return the amount in whole cents, the form that frames and results carry."""
    return int(half_up(amount).scaleb(2))


@overload
def from_cents(amount: int) -> Decimal: ...
@overload
def from_cents(amount: int | None) -> Decimal | None: ...
def from_cents(amount: int | None) -> Decimal | None:
    """Return whole cents in units; None, the undefined, stays None."""
    return None if amount is None else Decimal(amount).scaleb(-2)


def percent_of(amount: int, percent: int) -> int:
    """Return so many percent of an amount, both whole, halves away from zero: 50 % of 3 is 2."""
    size = (abs(amount) * percent + 50) // 100
    return size if amount >= 0 else -size
