"""What the method's own past says about it: how much came true, and how far off it was.

Pure. One ``Track`` holds every forecast of one kind of period (months, quarters) for one level of
subject (persons, teams, the whole): a row for each day it was, or would have been, made on and
each period, a column for each subject. Money is cents; days are ordinals.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from forecasting.arrays import Floats, Ints, np
from kit.periods import Period

# A past period teaches only once it has been over this long: closings are entered late.
SETTLING_DAYS = 7
# Past forecasts made this near to the same distance from their period's end are comparable.
NEIGHBOUR_DAYS = 10
LESSON_PERIODS = 8
# How many periods' worth of trust "exactly as predicted" gets against what came true.
TRUTH_TRUST = 0.5
# Beyond this, or below its inverse, what came true of very little is taken for chance.
LARGEST_RATIO = 3.0
# Errors enough for percentiles of their own; with fewer, Student's t is drawn on.
ENOUGH_ERRORS = 60
LEAST_PERIODS = 2
# Student's t at 90 % by degrees of freedom 1 to 20, then the normal distribution's.
T_90 = (
    *(3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372),
    *(1.363, 1.356, 1.350, 1.345, 1.341, 1.337, 1.333, 1.330, 1.328, 1.325),
)
NORMAL_90 = 1.2816


@dataclass(frozen=True, slots=True)
class Track:
    """Forecasts of one kind of period for subjects of one level; arrays are rows x subjects.

    ``made_on``, ``start`` and ``end`` describe the rows; ``came_open`` and ``came_new`` are what
    the whole organisation then booked from deals open at that moment and from later ones.
    ``outcome`` is what was booked as known SETTLING_DAYS after the end; NaN before that.
    ``pooled`` subjects, of whom each alone has few deals, learn from each other's errors.
    """

    made_on: Ints
    start: Ints
    end: Ints
    came_open: Floats
    came_new: Floats
    all_open: Floats
    all_new: Floats
    booked: Floats
    open: Floats
    new: Floats
    spread_open: Floats
    spread_new: Floats
    outcome: Floats
    pooled: bool

    @property
    def days_left(self) -> Ints:
        """Days of the period that lie after the day of the forecast."""
        return self.end - 1 - self.made_on

    def lessons(self, row: int) -> Ints:
        """Return the rows that were over and known when ``row`` was made, at the same distance.

        Of the last LESSON_PERIODS periods alone: what was long ago is another organisation.
        """
        over = self.end - 1 + SETTLING_DAYS <= self.made_on[row]
        near = np.abs(self.days_left - self.days_left[row]) <= NEIGHBOUR_DAYS
        found = np.flatnonzero(over & near)
        recent = np.unique(self.start[found])[-LESSON_PERIODS:]
        return found[np.isin(self.start[found], recent)]


@dataclass(frozen=True, slots=True)
class Scaled:
    """A track with its learned ratios applied, and the 80 % interval where enough is known."""

    open_ratio: Floats
    new_ratio: Floats
    forecast: Floats
    low: Floats
    high: Floats
    periods: Ints


def scaled(track: Track, *, led: tuple[Floats, Floats] | None = None) -> Scaled:
    """Apply to each row what the rows that were over by then teach; NaN: no interval.

    ``led`` gives ratios for open and new deals that lead a row's own: a month is scaled as its
    quarter, so that months add up to it. NaN where the row's own counts.
    """
    rows = len(track.made_on)
    open_ratio, new_ratio = np.ones(rows), np.ones(rows)
    for row in range(rows):
        lessons = track.lessons(row)
        open_ratio[row] = _came_true(track.came_open, track.all_open, lessons, track.start)
        new_ratio[row] = _came_true(track.came_new, track.all_new, lessons, track.start)
    if led is not None:
        open_ratio = np.where(np.isnan(led[0]), open_ratio, led[0])
        new_ratio = np.where(np.isnan(led[1]), new_ratio, led[1])
    opened, new = track.open * open_ratio[:, None], track.new * new_ratio[:, None]
    forecast = track.booked + opened + new
    unit = np.sqrt(
        track.spread_open * open_ratio[:, None] ** 2 + track.spread_new * new_ratio[:, None] ** 2
    )
    low, high = np.full_like(forecast, np.nan), np.full_like(forecast, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        errors = np.where(unit > 0, (track.outcome - forecast) / unit, np.nan)
    for row in range(rows):
        lessons = track.lessons(row)
        below, above = _bounds(errors[lessons], track.start[lessons], pooled=track.pooled)
        low[row] = np.maximum(forecast[row] + below * unit[row], track.booked[row])
        high[row] = np.maximum(forecast[row] + above * unit[row], forecast[row])
    periods = [len(np.unique(track.start[track.lessons(row)])) for row in range(rows)]
    return Scaled(open_ratio, new_ratio, forecast, low, high, np.array(periods, dtype=np.int64))


def _came_true(came: Floats, predicted: Floats, lessons: Ints, start: Ints) -> float:
    """Return how much of what was predicted came true in the past, each period counting once.

    (sum of what came + trust x usual) / (sum of predictions + trust x usual); 1 if none is known.
    """
    if not len(lessons):
        return 1.0
    period = np.unique(start[lessons], return_inverse=True)[1]
    each = np.bincount(period)
    predicted_mean = np.bincount(period, predicted[lessons]) / each
    found = np.bincount(period, came[lessons]) / each
    usual = TRUTH_TRUST * predicted_mean.mean()
    if predicted_mean.sum() <= 0:
        return 1.0
    ratio = float((found.sum() + usual) / (predicted_mean.sum() + usual))
    return min(max(ratio, 1 / LARGEST_RATIO), LARGEST_RATIO)


def _bounds(errors: Floats, start: Ints, *, pooled: bool) -> tuple[Floats, Floats]:
    """Return between how many units below and above the forecast 80 % of the outcomes lie.

    One pair for each subject, NaN where fewer than two past periods are known. Of many pooled
    errors it is their own percentiles; else Student's t, with as many degrees of freedom as there
    are periods, since errors of one period are not independent of each other.
    """
    known = np.isfinite(errors)
    if pooled and known.sum() >= ENOUGH_ERRORS:
        low, high = np.quantile(errors[known], (0.1, 0.9))
        return np.full(errors.shape[1], low), np.full(errors.shape[1], high)
    reach = np.full(errors.shape[1], np.nan)
    for subject in range(errors.shape[1]):
        seen = known[:, subject]
        periods = len(np.unique(start[seen]))
        if periods >= LEAST_PERIODS:
            usual = float(np.sqrt(np.mean(errors[seen, subject] ** 2)))
            reach[subject] = usual * (T_90[periods - 1] if periods <= len(T_90) else NORMAL_90)
    return -reach, reach


def whole_cents(cents: Floats) -> Ints:
    """Round the cents of a model half up: the one place where its floats become money."""
    return np.floor(cents + 0.5).astype(np.int64)


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
