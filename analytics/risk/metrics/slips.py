"""How often the expected close of a deal moved. Pure."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class DateMoves:
    """``pushes`` are moves to a later day, ``slips`` those of them out of the period it stood in.

    ``days`` is how much later than first promised the deal is expected now: None without both
    days, negative where it came forward.
    """

    pushes: int = 0
    slips: int = 0
    original: date | None = None
    days: int | None = None


def date_moves(
    closes: Iterable[date | None], *, period_of: Callable[[date], Hashable]
) -> DateMoves:
    """Return the moves of an expected close that stood at ``closes``, one after the other.

    A day that is taken away and set again later than before is a push too: None in between
    counts for nothing. ``period_of`` says which fiscal period a day lies in.
    """
    known = [day for day in closes if day is not None]
    later = [(a, b) for a, b in pairwise(known) if b > a]
    return DateMoves(
        pushes=len(later),
        slips=sum(period_of(a) != period_of(b) for a, b in later),
        original=known[0] if known else None,
        days=(known[-1] - known[0]).days if known else None,
    )
