"""The methods that need no thought. One that does not beat them is not worth its trouble."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from forecasting.methods.history import History
from forecasting.methods.prediction import Fit, ForecastSpan, Model, Prediction

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    ByPerson = tuple[NDArray[np.int64], NDArray[np.float64]]

PACE_DAYS = 91


def booked(history: History, t: int, start: int, end: int) -> "ByPerson":
    """Return who is known at the end of ``t`` to have booked in [start, end), and their cents."""
    import numpy as np

    found = history.bookings.at(t, start, end)
    people, place = np.unique(found.person, return_inverse=True)
    cents = np.bincount(place, found.cents, len(people))
    return people, cents.astype(np.float64)


def as_last_period(history: History, t: int, span: ForecastSpan) -> "ByPerson":
    """The period ends where the last complete one of its kind ended."""
    return _rest_of(history, t, span, whole=span.previous)


def as_last_year(history: History, t: int, span: ForecastSpan) -> "ByPerson":
    """The period ends where the same one ended a year before."""
    return _rest_of(history, t, span, whole=span.year_before)


def at_this_pace(history: History, t: int, span: ForecastSpan) -> "ByPerson":
    """Every day that is left brings what a day of the last thirteen weeks brought."""
    people, cents = booked(history, t, t + 1 - PACE_DAYS, t + 1)
    days = span.end - max(span.start, t + 1)
    return people, cents * max(days, 0) / PACE_DAYS


def _rest_of(history: History, t: int, span: ForecastSpan, *, whole: tuple[int, int]) -> "ByPerson":
    """Return what each person's whole of another period exceeds their bookings so far by."""
    import numpy as np

    people, cents = booked(history, t, *whole)
    done, so_far = booked(history, t, span.start, span.end)
    _, here, there = np.intersect1d(people, done, return_indices=True)
    rest = cents.copy()
    rest[here] -= so_far[there]
    return people, np.maximum(rest, 0.0)


@dataclass(frozen=True, slots=True)
class Naive:
    """One of the functions above, as of a day."""

    rest: "Callable[[History, int, ForecastSpan], ByPerson]"
    history: History
    t: int

    def predict(self, span: ForecastSpan) -> Prediction:
        """Return one row per person, of no particular deal."""
        import numpy as np

        people, cents = self.rest(self.history, self.t, span)
        return Prediction(people, np.full(len(people), -1), cents, np.zeros(len(people)))


def naive(rest: "Callable[[History, int, ForecastSpan], ByPerson]") -> Fit:
    """Return the method that always answers with ``rest``."""

    def fit(history: History, t: int) -> Model:
        return Naive(rest, history, t)

    return fit
