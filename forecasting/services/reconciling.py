"""How the months of an open quarter are made to add up to it, to the cent.

The method's own expectations add up (``hazards.steps_to``). A month is scaled by the ratios of its
quarter, and cents are rounded on the running sum over the months.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from forecasting.metrics.backtest import Scaled, whole_cents
from forecasting.models import DealWorkings, OriginWorkings
from org.enums import PeriodKind

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leading:
    """What was learned of quarters, by the day of the forecast: it leads that of their months."""

    by_day: dict[date, list[tuple[OriginWorkings, float, float, int]]] = field(default_factory=dict)

    @classmethod
    def of(cls, quarters: Sequence[OriginWorkings], corrected: Scaled) -> "Leading":
        found: dict[date, list[tuple[OriginWorkings, float, float, int]]] = {}
        rows = zip(
            quarters, corrected.open_ratio, corrected.new_ratio, corrected.periods, strict=True
        )
        for row, open_ratio, new_ratio, periods in rows:
            lesson = (row, float(open_ratio), float(new_ratio), int(periods))
            found.setdefault(row.made_on, []).append(lesson)
        return cls(found)

    def quarter(self, row: OriginWorkings) -> tuple[OriginWorkings, float, float, int] | None:
        """Return the quarter that a month is in with its ratios and past periods, if known."""
        if row.period.kind != PeriodKind.MONTH:
            return None
        for lesson in self.by_day.get(row.made_on, ()):
            quarter = lesson[0].period
            if quarter.start_on <= row.period.start_on < quarter.end_on:
                return lesson
        return None

    def ratios(self, rows: Sequence[OriginWorkings]) -> "tuple[Floats, Floats]":
        """Return the ratios that lead those of each row; NaN where its own count."""
        import numpy as np

        found = [self.quarter(row) for row in rows]
        return (
            np.array([np.nan if lesson is None else lesson[1] for lesson in found]),
            np.array([np.nan if lesson is None else lesson[2] for lesson in found]),
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A period among those of its quarter: the months ``before`` it, and what it reaches up to.

    ``upto`` is the quarter itself for its last month, which ends where the quarter does.
    """

    before: list[OriginWorkings]
    upto: list[OriginWorkings]


def place_of(row: OriginWorkings, rows: Sequence[OriginWorkings], leading: Leading) -> Place:
    """Return where a period of the run's day stands among those of the same kind and day."""
    lesson = leading.quarter(row)
    if lesson is None:
        return Place([], [row])
    quarter = lesson[0]
    before = [
        other
        for other in rows
        if other.made_on == row.made_on
        and quarter.period.start_on <= other.period.start_on < row.period.start_on
    ]
    is_last = row.period.end_on == quarter.period.end_on
    return Place(before, [quarter] if is_last else [*before, row])


def deal_cents(place: Place, deals: dict[int, DealWorkings], ratio: float) -> "Ints":
    """Return what each open deal is expected to bring in a period, never more than it is worth."""
    import numpy as np

    def upto(rows: Sequence[OriginWorkings]) -> "Ints":
        if not rows:
            return np.zeros(1, dtype=np.int64)
        cents = np.sum([deals[row.period_id].cents for row in rows], axis=0, dtype=float)
        worth = np.array(deals[rows[0].period_id].worth, dtype=float)
        return whole_cents(np.minimum(cents * ratio, worth))

    return upto(place.upto) - upto(place.before)


def new_cents(place: Place, row: OriginWorkings, ratio: float) -> "Ints":
    """Return what each pair of ``row`` is expected to bring by deals that do not exist yet."""
    import numpy as np

    pairs = list(zip(row.people, row.teams, strict=True))

    def upto(rows: Sequence[OriginWorkings]) -> "Ints":
        cents = np.zeros(len(pairs))
        for other in rows:
            keys = zip(other.people, other.teams, strict=True)
            found = dict(zip(keys, other.new, strict=True))
            cents += np.array([found.get(pair, 0.0) for pair in pairs])
        return whole_cents(cents * ratio)

    return upto(place.upto) - upto(place.before)
