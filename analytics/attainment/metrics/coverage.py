"""Open pipeline against what is still to be booked."""

from decimal import Decimal

from kit.money import percent_of

INFINITE = Decimal("Infinity")


def coverage(open_cents: int, *, quota: int | None, booked: int) -> Decimal | None:
    """Return open pipeline closing in the period over what the quota still lacks, as a multiple.

    All in cents. Infinite once the quota is met; None without a quota.
    """
    if quota is None:
        return None
    return INFINITE if booked >= quota else Decimal(open_cents) / Decimal(quota - booked)


def weighted(amount_cents: int | None, *, probability: int) -> int:
    """Return amount x probability of one deal in cents, rounded half up to the cent.

    ``probability`` is the stage's, in percent. Deals are rounded one by one and then added up, so
    that a list of them adds up to the total. A deal without an amount weighs nothing.
    """
    if amount_cents is None:
        return 0
    return percent_of(amount_cents, probability)
