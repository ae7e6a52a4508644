"""Split a deal's amount among people, in cents and in words. Pure."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

from pipeline.enums import CreditKind

WHOLE = Decimal(100)


def revenue_parts(amount: int, percents: Mapping[int, Decimal]) -> dict[int, int]:
    """Return what of ``amount``, in cents, falls to each person by their percent.

    By the largest remainder: everybody gets their exact part rounded down to the cent, and the
    cents that are left go one each to whose part lost most by that, to the lower id where two
    lost the same. The parts add up to the amount. ValueError unless the percents are above zero
    and make 100.
    """
    if sum(percents.values()) != WHOLE or min(percents.values()) <= 0:
        raise ValueError(f"revenue shares add up to 100 %, not {dict(percents)}")
    exact = {person: amount * percent / WHOLE for person, percent in percents.items()}
    parts = {person: int(part.to_integral_value(ROUND_FLOOR)) for person, part in exact.items()}
    left = amount - sum(parts.values())
    by_loss = sorted(exact, key=lambda person: (parts[person] - exact[person], person))
    for person in by_loss[:left]:
        parts[person] += 1
    return parts


def overlay_part(amount: int, percent: Decimal) -> int:
    """Return an overlay's percent of ``amount``, in cents, halves up; overlays add up to nothing.

    It is shown beside bookings and is in no total of them.
    """
    return int((amount * percent / WHOLE).to_integral_value(ROUND_HALF_UP))


def in_words(shares: Iterable[tuple[str, str, Decimal]]) -> str:
    """Return shares (name, kind, percent) in words, in one order whatever order they come in."""
    place = {kind: number for number, kind in enumerate(CreditKind)}
    ranked = sorted(shares, key=lambda share: (place[CreditKind(share[1])], -share[2], share[0]))
    return ", ".join(
        f"{name} {plain(percent)} %" + (" overlay" if kind == CreditKind.OVERLAY else "")
        for name, kind, percent in ranked
    )


def plain(percent: Decimal | int) -> str:
    """Return a percent without needless zeros."""
    return f"{Decimal(percent).normalize():f}"
