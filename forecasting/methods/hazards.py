"""The first method: what deals of each stage and age have done here, week by week.

Everything is measured from this organisation's own past: how often a deal in its k-th week in a
stage was won, lost or moved on; how that differs near a quarter's end; how many deals come in and
what a won one is worth. docs/forecasting.md has the formulas.
"""

import itertools
from dataclasses import dataclass
from datetime import date

from forecasting.arrays import Flags, Floats, Ints, np
from forecasting.methods.history import (
    MOVED,
    UNPRICED,
    WEEK,
    WEEKS,
    WON,
    ForecastSpan,
    History,
    Prediction,
)

POSITIONS = 14
# First weeks of the bands whose weeks lend each other their rate where one alone has few cases.
BANDS = (0, 1, 2, 3, 4, 6, 8, 10, 13, 17, 21, 26, 39, 52, 78)
# How many events' worth of trust the wider group's rate gets against the narrower one's count.
STAGE_TRUST, BAND_TRUST, WEEK_TRUST, TAIL_TRUST, SEASON_TRUST = 4.0, 3.0, 3.0, 0.5, 25.0
# How many deals' worth of trust an equal share of new deals gets against a person's own count.
SHARE_TRUST = 5.0
CREATION_DAYS = 91
SHARE_DAYS = 182
VALUE_DAYS = 364


@dataclass(frozen=True, slots=True)
class HazardRates:
    """Chances per week by stage and week in stage, and how much likelier by place in the quarter.

    ``towards`` is the share of the moves out of each stage (row) that go to each other (column).
    """

    won: Floats
    lost: Floats
    moved: Floats
    towards: Floats
    won_season: Floats
    lost_season: Floats


def measured(history: History, t: int) -> HazardRates:
    """Measure the chances from the deal-weeks that had ended by day ``t``.

    Weeks before the first closing ever recorded are left out: where nothing could be seen to
    close (a system taken over with its open deals alone), standing still says nothing.
    """
    weeks, stages = history.deal_weeks, history.stages
    first = int(np.searchsorted(weeks.end, history.first_close))
    known = slice(first, max(first, int(np.searchsorted(weeks.end, t, side="right"))))
    stage, week, outcome = weeks.stage[known], weeks.week[known], weeks.outcome[known]
    place = history.quarter_position(weeks.end[known] - WEEK // 2)
    left_as = {
        "won": outcome == WON,
        "lost": (outcome > WON) & (outcome < MOVED),
        "moved": outcome >= MOVED,
    }
    cell = stage * WEEKS + week
    spent = _counted(cell, stages)
    won, lost, moved = (_smoothed(_counted(cell[left], stages), spent) for left in left_as.values())
    towards = np.zeros((stages, stages))
    on = left_as["moved"]
    np.add.at(towards, (stage[on], outcome[on] - MOVED), 1.0)
    return HazardRates(
        won=won,
        lost=lost,
        moved=moved,
        towards=towards / np.maximum(towards.sum(axis=1, keepdims=True), 1.0),
        won_season=_season(won[stage, week], left_as["won"], place),
        lost_season=_season(lost[stage, week], left_as["lost"], place),
    )


def _counted(cell: Ints, stages: int) -> Floats:
    return np.bincount(cell, minlength=stages * WEEKS).reshape(stages, WEEKS).astype(float)


def _pulled(events: Floats, spent: Floats, towards: Floats | float, trust: float) -> Floats:
    """Return events per week spent, pulled towards a wider group's rate: the mean of a gamma."""
    return (events + trust) / (spent + trust / towards)


def _smoothed(events: Floats, spent: Floats) -> Floats:
    """Return events per week spent by stage and week, where few cases borrow from wider groups.

    A week borrows from its band, a band from its stage, a stage from all. Beyond the longest stay
    that ever ended this way, the rate fades to nothing as weeks without it pile up.
    """
    if not events.any():
        return np.zeros_like(events)
    overall = events.sum() / spent.sum()
    of_stage = _pulled(events.sum(axis=1), spent.sum(axis=1), overall, STAGE_TRUST)
    band = np.searchsorted(BANDS, np.arange(WEEKS), side="right") - 1
    found = np.empty_like(events)
    for stage in range(len(events)):
        last = int(np.flatnonzero(events[stage]).max(initial=-1)) + 1
        events_in = _by_band(band[:last], events[stage, :last])
        spent_in = _by_band(band[:last], spent[stage, :last])
        of_band = _pulled(events_in, spent_in, of_stage[stage], BAND_TRUST)
        found[stage] = _pulled(events[stage], spent[stage], of_band[band], WEEK_TRUST)
        beyond = spent[stage, last:].sum()
        found[stage, last:] = TAIL_TRUST / (beyond + TAIL_TRUST / of_stage[stage])
    return np.minimum(found, 1.0)


def _by_band(band: Ints, weeks: Floats) -> Floats:
    return np.bincount(band, weeks, len(BANDS)).astype(np.float64)


def _season(usual: Floats, happened: Flags, place: Ints) -> Floats:
    """Return how many times as often as usual it happens, by weeks left in the quarter."""
    seen = np.bincount(place[happened], minlength=POSITIONS)
    expected = np.bincount(place, weights=usual, minlength=POSITIONS)
    return (seen + SEASON_TRUST) / (expected + SEASON_TRUST)


@dataclass(frozen=True, slots=True)
class HazardStep:
    """Days of one week and one month; ``ages``: after it a deal is a week older in its stage."""

    opening: int
    days: int
    ages: bool


def steps_to(end: int, *, first: int, start: int) -> list[HazardStep]:
    """Return the steps from day ``first`` up to ``end``, excluded: weeks, cut where a month starts.

    Fiscal periods start with months. So the steps of a month are among those of its quarter, and
    the chances of the months add up to the quarter's. A span from another ``start`` is cut there.
    """
    days = {day for day in range(first, end) if date.fromordinal(day).day == 1 or day == start}
    points = [*sorted(days | set(range(first, end, WEEK))), end] if first < end else []
    return [
        HazardStep(opening, closing - opening, (closing - first) % WEEK == 0)
        for opening, closing in itertools.pairwise(points)
    ]


@dataclass(frozen=True, slots=True)
class Hazards:
    """The method fitted as of the end of day ``t``.

    ``value`` is the mean of the deals won in the last year, in cents, ``value_squared`` the mean
    of their squares; ``per_day`` the deals created a day, ``entry`` the share of them that starts
    in each open stage, ``won_at_once`` the share that was won the day it came in.
    """

    history: History
    t: int
    rates: HazardRates
    value: float
    value_squared: float
    per_day: float
    entry: Floats
    won_at_once: float
    people: Ints
    shares: Floats

    def chances(self, start: int, end: int) -> Floats:
        """Return the chance of being won on a day of [start, end), by step from now, stage, week.

        Worked backwards from the end: in each step a deal is won, lost, moves on or stays.
        """
        rates, steps = self.rates, steps_to(end, first=self.t + 1, start=start)
        table = np.zeros((len(steps) + 1, *rates.won.shape))
        for number, step in reversed(list(enumerate(steps))):
            middle = np.array([step.opening + step.days // 2])
            place = int(self.history.quarter_position(middle)[0])
            won = rates.won * rates.won_season[place] * step.days / WEEK
            lost = rates.lost * rates.lost_season[place] * step.days / WEEK
            moved = rates.moved * step.days / WEEK
            total = np.maximum(won + lost + moved, 1.0)
            won, lost, moved = won / total, lost / total, moved / total
            after = table[number + 1]
            stayed = np.concatenate([after[:, 1:], after[:, -1:]], axis=1) if step.ages else after
            onwards = (rates.towards @ after[:, 0])[:, None]
            inside = step.opening >= start
            table[number] = won * inside + moved * onwards + (1 - won - lost - moved) * stayed
        return table

    def predict(self, span: ForecastSpan) -> Prediction:
        """Return one row per open deal and one per person for the deals still to come."""
        table = self.chances(span.start, span.end)
        rows = self.history.open_at(self.t)
        week = np.minimum((self.t + 1 - self.history.entered[rows]) // WEEK, WEEKS - 1)
        chance = table[0, self.history.stage[rows], week]
        cents = self.history.cents[rows]
        worth = np.where(cents == UNPRICED, self.value, cents.astype(float))
        wins = self._wins_to_come(table, span)
        return Prediction(
            person=np.concatenate([self.history.owner[rows], self.people]),
            deal=np.concatenate([rows, np.full(len(self.people), -1)]),
            cents=np.concatenate([chance * worth, self.shares * wins * self.value]),
            spread=np.concatenate(
                [chance * (1 - chance) * worth**2, self.shares * wins * self.value_squared]
            ),
            worth=np.concatenate([worth, np.zeros(len(self.people))]),
        )

    def _wins_to_come(self, table: Floats, span: ForecastSpan) -> float:
        """Return how many deals that do not exist yet are expected to be won in the span."""
        fresh = table[:, :, 0] @ self.entry
        wins = 0.0
        for number, step in enumerate(steps_to(span.end, first=self.t + 1, start=span.start)):
            # A deal comes in at any time of the step: on average half of it is left.
            later = (fresh[number] + fresh[number + 1]) / 2
            at_once = self.won_at_once if step.opening >= span.start else 0.0
            wins += self.per_day * step.days * (later + at_once)
        return wins


def fit(history: History, t: int) -> Hazards:
    """Fit the method to everything known at the end of day ``t``."""
    cents = history.cents[history.won_at(t, t + 1 - VALUE_DAYS, t + 1)]
    cents = cents[cents != UNPRICED].astype(float)
    recent = _created(history, t, CREATION_DAYS)
    days = min(CREATION_DAYS, t + 1 - history.first_close)
    stage = history.stage[recent]
    people, shares = _shares(history, t)
    return Hazards(
        history=history,
        t=t,
        rates=measured(history, t),
        value=float(cents.mean()) if len(cents) else 0.0,
        value_squared=float((cents**2).mean()) if len(cents) else 0.0,
        per_day=len(recent) / days if days > 0 else 0.0,
        entry=np.bincount(stage[stage >= 0], minlength=history.stages) / max(len(recent), 1),
        won_at_once=float((history.status[recent] == WON).mean()) if len(recent) else 0.0,
        people=people,
        shares=shares,
    )


def _created(history: History, t: int, days: int) -> Ints:
    """Return the rows of the deals created in the ``days`` days up to ``t``."""
    first = max(t + 1 - days, history.first_close)
    return np.flatnonzero(history.created & (history.day >= first) & (history.day <= t))


def _shares(history: History, t: int) -> tuple[Ints, Floats]:
    """Return who brings in deals, and which share of the new ones each is expected to bring."""
    owners = history.owner[_created(history, t, SHARE_DAYS)]
    owners = np.concatenate([owners, np.unique(history.owner[history.open_at(t)])])
    gone = [person for person, day in history.left.items() if day <= t]
    people, counts = np.unique(owners[~np.isin(owners, gone)], return_counts=True)
    weights = counts + SHARE_TRUST
    return people, weights / max(weights.sum(), 1.0)
