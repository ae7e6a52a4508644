"""How much past a forecast needs, and what to say where it is missing. Pure."""

from collections.abc import Sequence

from kit.periods import Period

# A period counts as seen from its start if the first closing came within this many days of it.
GRACE_DAYS = 14
PERIODS_NEEDED = 3
CLOSED_NEEDED = 20


def complete(past: Sequence[Period], *, first_close: int, by: int) -> list[Period]:
    """Return the periods that were recorded from their start and are over by the end of day ``by``.

    Days are ordinals; ``first_close`` is the day of the first closing ever recorded.
    """
    return [
        period
        for period in past
        if first_close <= period.start.toordinal() + GRACE_DAYS and period.end.toordinal() <= by + 1
    ]


def missing(kind: str, *, complete_periods: int, closed_deals: int) -> str:
    """Return what a forecast of a ``kind`` of period lacks, as a sentence; "" if nothing."""
    needs = []
    if complete_periods < PERIODS_NEEDED:
        needs.append(f"{PERIODS_NEEDED} closed {kind}s, has {complete_periods}")
    if closed_deals < CLOSED_NEEDED:
        needs.append(f"{CLOSED_NEEDED} closed deals, has {closed_deals}")
    return f"A forecast needs {' and '.join(needs)}." if needs else ""
