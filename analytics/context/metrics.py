"""How many cases a rate needs."""

from decimal import Decimal

# A rate of fewer cases is shown with its count and greyed.
FEWEST_CASES = 10


def withheld(value: Decimal | None, *, cases: int) -> Decimal | None:
    """Return a rate or median, or None where it would rest on fewer than 10 cases."""
    return value if cases >= FEWEST_CASES else None
