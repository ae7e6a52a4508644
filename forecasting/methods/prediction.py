"""What every method is asked and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from forecasting.methods.history import History

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


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

    person: "Ints"
    deal: "Ints"
    cents: "Floats"
    spread: "Floats"
    worth: "Floats | None" = None


class Model(Protocol):
    """A method fitted to a history as of one day."""

    def predict(self, span: ForecastSpan) -> Prediction:
        """Return what is expected to be booked in the span after the day of the fit."""


Fit = Callable[[History, int], Model]
