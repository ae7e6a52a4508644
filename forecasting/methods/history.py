"""What a forecasting method may look at: how every deal stood at the end of every day so far.

Pure: numpy arrays in, numpy arrays out. Days are ordinals (``date.toordinal()``), money is whole
cents of the reporting currency. A question about day ``t`` is answered from rows up to ``t`` alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from forecasting.arrays import Flags, Floats, Ints, np
from pipeline.credit.metrics import revenue_parts

OPEN, WON, LOST, GONE = range(4)
UNPRICED = -1
NOBODY = -1
NEVER = 10**7
WEEK = 7
# Weeks in one stage are counted up to here; what stands longer counts as standing this long.
WEEKS = 104
# How a deal-week ended: in the same stage, or with the status above, or MOVED + the next stage.
STAYED, MOVED = 0, 4


@dataclass(frozen=True, slots=True)
class DealWeeks:
    """Every whole week that deals spent in an open stage, in the order in which the weeks ended."""

    end: Ints
    stage: Ints
    week: Ints
    outcome: Ints


@dataclass(frozen=True, slots=True)
class Memberships:
    """Who was in which team on which days [start, end), sorted by person and start."""

    person: Ints
    team: Ints
    start: Ints
    end: Ints

    def team_on(self, person: Ints, day: Ints | int) -> Ints:
        """Return the team of each person on each day; NOBODY where there is none."""
        if not len(self.person):
            return np.full(len(person), NOBODY, dtype=np.int64)
        starts = self.person * NEVER + self.start
        place = np.searchsorted(starts, person * NEVER + day, side="right") - 1
        row = np.maximum(place, 0)
        holds = (place >= 0) & (self.person[row] == person) & (self.end[row] > day)
        return np.where(holds, self.team[row], NOBODY)


@dataclass(frozen=True, slots=True)
class Bookings:
    """What counts for whom of deals won on ``closed_on``, in cents; a split deal in several rows.

    Each row holds from the end of the day ``since`` until that of ``until``.
    """

    person: Ints
    closed_on: Ints
    cents: Ints
    since: Ints
    until: Ints

    def at(self, t: int, start: int, end: int) -> "Bookings":
        """Return what is known at the end of ``t`` as booked on a day of [start, end)."""
        inside = (self.closed_on >= start) & (self.closed_on < end)
        rows = inside & (self.since <= t) & (self.until > t)
        return Bookings(*(getattr(self, each.name)[rows] for each in fields(self)))


# From the end of which day on a deal's credit is split by which percents; empty: it is not split.
Split = tuple[int, Mapping[int, Decimal]]


@dataclass(frozen=True)
class History:
    """States of deals, sorted by deal and day: each holds from the end of ``day`` until the next.

    Everything up to the end of ``last_day`` is known, and nothing after it.

    ``stage`` counts the open stages from 0 to ``stages`` - 1 and is -1 for a deal that is not
    open. ``status`` is OPEN, WON, LOST or GONE (archived). ``cents`` is UNPRICED where no amount
    is known. ``closed_on`` and ``credited_to`` are -1 for deals that are not closed.
    ``quarter_starts`` are the first days of the fiscal quarters, from before the first row to
    beyond every period asked about. ``left`` maps the people who left to their first day gone.
    ``splits`` are those of deals whose credit was ever split, by deal, the earliest first.
    """

    deal: Ints
    day: Ints
    owner: Ints
    stage: Ints
    status: Ints
    cents: Ints
    closed_on: Ints
    credited_to: Ints
    last_day: int
    stages: int
    quarter_starts: Ints
    memberships: Memberships
    left: dict[int, int]
    splits: Mapping[int, Sequence[Split]] = field(default_factory=dict)

    @cached_property
    def until(self) -> Ints:
        """The day at whose end the row's successor holds; NEVER for the last row of a deal."""
        until = np.full(len(self.day), NEVER, dtype=np.int64)
        same = self.deal[1:] == self.deal[:-1]
        until[:-1][same] = self.day[1:][same]
        return until

    @cached_property
    def created(self) -> Flags:
        """Which rows are the first of their deal."""
        first = np.ones(len(self.deal), dtype=bool)
        first[1:] = self.deal[1:] != self.deal[:-1]
        return first

    @cached_property
    def entered(self) -> Ints:
        """The day on which each row's deal came into the stage and status that it has there."""
        fresh = self.created.copy()
        fresh[1:] |= (self.stage[1:] != self.stage[:-1]) | (self.status[1:] != self.status[:-1])
        rows = np.arange(len(self.day))
        return self.day[np.maximum.accumulate(np.where(fresh, rows, 0))]

    def standing(self, t: int) -> Flags:
        """Which rows hold at the end of day ``t``."""
        return (self.day <= t) & (self.until > t)

    def open_at(self, t: int) -> Ints:
        """The rows of the deals that are open at the end of day ``t``."""
        return np.flatnonzero(self.standing(t) & (self.status == OPEN))

    def won_at(self, t: int, start: int, end: int) -> Ints:
        """The rows of the deals known at the end of ``t`` as won on a day of [start, end)."""
        won = (self.status == WON) & (self.closed_on >= start) & (self.closed_on < end)
        return np.flatnonzero(won & self.standing(t))

    @cached_property
    def bookings(self) -> Bookings:
        """What each deal with an amount booked for whom, by the splits of each day."""
        won = np.flatnonzero((self.status == WON) & (self.cents != UNPRICED))
        is_parted = np.isin(self.deal[won], np.array(list(self.splits), dtype=np.int64))
        whole = won[~is_parted]
        parts = [part for row in won[is_parted].tolist() for part in self._parts(row)]
        split = np.array(parts, dtype=np.int64).reshape(-1, 5).T
        columns = (self.credited_to, self.closed_on, self.cents, self.day, self.until)
        return Bookings(
            *(
                np.concatenate([column[whole], part])
                for column, part in zip(columns, split, strict=True)
            )
        )

    def _parts(self, row: int) -> Iterator[tuple[int, int, int, int, int]]:
        """Yield the rows of a won deal's bookings, for each split that holds while its row does."""
        owner, closed_on, cents = self.credited_to[row], self.closed_on[row], int(self.cents[row])
        splits = [(0, {}), *self.splits[int(self.deal[row])], (NEVER, {})]
        for (since, percents), (replaced, _) in pairwise(splits):
            first, last = max(self.day[row], since), min(self.until[row], replaced)
            if first < last:
                parts = revenue_parts(cents, percents) if percents else {owner: cents}
                for person, part in parts.items():
                    yield person, closed_on, part, first, last

    @cached_property
    def first_close(self) -> int:
        """The day of the first closing ever recorded; NEVER if there is none."""
        closed = self.day[(self.status == WON) | (self.status == LOST)]
        return int(closed.min(initial=NEVER))

    def quarter_position(self, days: Ints) -> Ints:
        """Return how many whole weeks each day lies before its quarter's end, at most 13."""
        ends = self.quarter_starts[np.searchsorted(self.quarter_starts, days, side="right")]
        return np.minimum((ends - 1 - days) // WEEK, 13)

    @cached_property
    def deal_weeks(self) -> DealWeeks:
        """Every deal-week, whenever it ended; those that had ended by ``t`` are a leading slice.

        A week counts once its seventh day is over, also where the deal left earlier in it, so
        that weeks with and without an outcome are known alike.
        """
        fresh = np.flatnonzero(self.entered == self.day)
        began, left, outcome = self._stays(fresh)
        start = self.day[began]
        whole = np.maximum((self.last_day + 1 - start) // WEEK, 0)
        weeks = np.where(left < NEVER, (left - start) // WEEK + 1, whole)
        stay = np.repeat(np.arange(len(began)), weeks)
        week = np.arange(len(stay)) - np.repeat(np.cumsum(weeks) - weeks, weeks)
        leaving = (week == weeks[stay] - 1) & (left[stay] < NEVER)
        end = start[stay] + WEEK * (week + 1) - 1
        order = np.argsort(end, kind="stable")
        return DealWeeks(
            end=end[order],
            stage=self.stage[began][stay][order],
            week=np.minimum(week, WEEKS - 1)[order],
            outcome=np.where(leaving, outcome[stay], STAYED)[order],
        )

    def _stays(self, fresh: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the rows that begin a stay in an open stage, the day each ended, and how."""
        following = np.roll(fresh, -1)
        same = self.deal[following] == self.deal[fresh]
        same[-1:] = False
        left = np.where(same, self.day[following], NEVER)
        on = self.status[following] == OPEN
        outcome = np.where(on, MOVED + self.stage[following], self.status[following])
        stays = self.status[fresh] == OPEN
        return fresh[stays], left[stays], outcome[stays]


@dataclass(frozen=True, slots=True)
class ForecastSpan:
    """A period [start, end) to be forecast and the ones it is compared with. Days are ordinals."""

    start: int
    end: int
    previous: tuple[int, int]
    year_before: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Prediction:
    """Bookings expected in a period beyond those already booked, in cents, one row per part.

    ``person`` is who is expected to book them. ``deal`` is the row of the history that the
    amount is expected from; -1 for deals that do not exist yet and for methods that do not say.
    ``spread`` is the variance of the row, in cents squared, as far as chance alone goes.
    ``worth`` is what a deal brings in if it is won; None of methods that do not say.
    """

    person: Ints
    deal: Ints
    cents: Floats
    spread: Floats
    worth: Floats | None = None


class Model(Protocol):
    """A method fitted to a history as of one day."""

    def predict(self, span: ForecastSpan) -> Prediction:
        """Return what is expected to be booked in the span after the day of the fit."""


Fit = Callable[[History, int], Model]
