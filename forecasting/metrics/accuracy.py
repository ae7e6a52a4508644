"""How good past forecasts were: accuracy, bias, coverage of the interval. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from forecasting.enums import NAIVE, Method

# Fewer past periods than these say little; the page greys what rests on them.
FEWEST_PERIODS = 4


@dataclass(frozen=True, slots=True)
class ScoredForecast:
    """A forecast of a period that is over, in units of money; ``naive`` are the simple methods'."""

    period: str
    weeks_left: int
    forecast: Decimal
    low: Decimal | None
    high: Decimal | None
    actual: Decimal
    naive: Mapping[Method, Decimal]

    @property
    def error(self) -> Decimal:
        """Forecast less actual: above zero, too much was expected."""
        return self.forecast - self.actual

    @property
    def inside(self) -> bool | None:
        """Whether the interval held the outcome; None without an interval."""
        if self.low is None or self.high is None:
            return None
        return self.low <= self.actual <= self.high


@dataclass(frozen=True, slots=True)
class Score:
    """How forecasts made so many whole weeks before a period's end did.

    ``accuracy``, ``bias`` and ``naive`` are None where nothing was booked, ``coverage`` where no
    interval was given.
    """

    weeks_left: int
    periods: int
    accuracy: Decimal | None
    bias: Decimal | None
    inside: int
    intervals: int
    naive: Mapping[Method, Decimal | None]

    @property
    def coverage(self) -> Decimal | None:
        return Decimal(self.inside) / Decimal(self.intervals) if self.intervals else None

    @property
    def best_naive(self) -> Method | None:
        """The simple method that did best; None where none can be told."""
        known = {method: value for method, value in self.naive.items() if value is not None}
        return max(known, key=lambda method: known[method]) if known else None

    @property
    def beats_naive(self) -> bool | None:
        """Whether the method did better than every simple one; None where that cannot be told."""
        best = self.best_naive
        if best is None or self.accuracy is None:
            return None
        rival = self.naive[best]
        return rival is not None and self.accuracy > rival

    @property
    def is_few(self) -> bool:
        return self.periods < FEWEST_PERIODS


def accuracy(forecasts: Iterable[tuple[Decimal, Decimal]]) -> Decimal | None:
    """Return 1 - sum of |forecast - actual| / sum of actuals, for (forecast, actual) pairs.

    1 is perfect; below zero it errs by more than was booked. None when nothing was booked. Over
    one period it is 1 - |forecast - actual| / actual; over several, each weighs as much as it
    booked (the weighted absolute percentage error), so that a tiny period cannot outweigh all.
    """
    pairs = list(forecasts)
    booked = sum((actual for _, actual in pairs), Decimal())
    if booked <= 0:
        return None
    return 1 - sum((abs(forecast - actual) for forecast, actual in pairs), Decimal()) / booked


def bias(forecasts: Sequence[ScoredForecast]) -> Decimal | None:
    """Return the sum of the errors over the sum of actuals: above zero, too much was expected.

    None when nothing was booked.
    """
    booked = sum((each.actual for each in forecasts), Decimal())
    return sum((each.error for each in forecasts), Decimal()) / booked if booked > 0 else None


def scores(forecasts: Iterable[ScoredForecast]) -> list[Score]:
    """Return a score for each number of weeks left, the most weeks first."""
    by_weeks: dict[int, list[ScoredForecast]] = {}
    for each in forecasts:
        by_weeks.setdefault(each.weeks_left, []).append(each)
    return [score(weeks, by_weeks[weeks]) for weeks in sorted(by_weeks, reverse=True)]


def score(weeks_left: int, forecasts: Sequence[ScoredForecast]) -> Score:
    """Return the score of forecasts made equally long before their periods' ends."""
    with_interval = [each.inside for each in forecasts if each.inside is not None]
    return Score(
        weeks_left=weeks_left,
        periods=len({each.period for each in forecasts}),
        accuracy=accuracy((each.forecast, each.actual) for each in forecasts),
        bias=bias(forecasts),
        inside=sum(with_interval),
        intervals=len(with_interval),
        naive={
            method: accuracy((each.naive[method], each.actual) for each in forecasts)
            for method in NAIVE
        },
    )
