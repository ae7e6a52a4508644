"""The methods by name. Those here need no thought: one must beat them to be worth its trouble."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from forecasting.arrays import Floats, Ints, np
from forecasting.methods import hazards
from forecasting.methods.history import Fit, ForecastSpan, History, Prediction

PACE_DAYS = 91
ByPerson = tuple[Ints, Floats]


def booked(history: History, t: int, start: int, end: int) -> ByPerson:
    """Return who is known at the end of ``t`` to have booked in [start, end), and their cents."""
    found = history.bookings.at(t, start, end)
    people, place = np.unique(found.person, return_inverse=True)
    cents = np.bincount(place, found.cents, len(people))
    return people, cents.astype(np.float64)


def as_last_period(history: History, t: int, span: ForecastSpan) -> ByPerson:
    """The period ends where the last complete one of its kind ended."""
    return _rest_of(history, t, span, whole=span.previous)


def as_last_year(history: History, t: int, span: ForecastSpan) -> ByPerson:
    """The period ends where the same one ended a year before."""
    return _rest_of(history, t, span, whole=span.year_before)


def at_this_pace(history: History, t: int, span: ForecastSpan) -> ByPerson:
    """Every day that is left brings what a day of the last thirteen weeks brought."""
    people, cents = booked(history, t, t + 1 - PACE_DAYS, t + 1)
    days = span.end - max(span.start, t + 1)
    return people, cents * max(days, 0) / PACE_DAYS


def _rest_of(history: History, t: int, span: ForecastSpan, *, whole: tuple[int, int]) -> ByPerson:
    """Return what each person's whole of another period exceeds their bookings so far by."""
    people, cents = booked(history, t, *whole)
    done, so_far = booked(history, t, span.start, span.end)
    _, here, there = np.intersect1d(people, done, return_indices=True)
    rest = cents.copy()
    rest[here] -= so_far[there]
    return people, np.maximum(rest, 0.0)


@dataclass(frozen=True, slots=True)
class Naive:
    """One of the functions above, as of a day."""

    rest: Callable[[History, int, ForecastSpan], ByPerson]
    history: History
    t: int

    def predict(self, span: ForecastSpan) -> Prediction:
        """Return one row per person, of no particular deal."""
        people, cents = self.rest(self.history, self.t, span)
        return Prediction(people, np.full(len(people), -1), cents, np.zeros(len(people)))


# Every method by name, in the order in which pages show them.
MAIN = "hazards"
METHODS: dict[str, Fit] = {
    MAIN: hazards.fit,
    "last_period": partial(Naive, as_last_period),
    "last_year": partial(Naive, as_last_year),
    "run_rate": partial(Naive, at_this_pace),
}
