from decimal import Decimal

from forecasting.enums import Method
from forecasting.metrics.accuracy import ScoredForecast, accuracy, bias, score, scores

D = Decimal


def counted(forecast: int, actual: int, *, weeks: int = 6, period: str = "Q1", naive: int = 0,
         low: int | None = None, high: int | None = None) -> ScoredForecast:  # fmt: skip
    return ScoredForecast(
        period=period,
        weeks_left=weeks,
        forecast=D(forecast),
        low=None if low is None else D(low),
        high=None if high is None else D(high),
        actual=D(actual),
        naive={Method.LAST_PERIOD: D(naive), Method.LAST_YEAR: D(0), Method.RUN_RATE: D(0)},
    )


def test_accuracy_of_one_period() -> None:
    assert accuracy([(D(90), D(100))]) == D("0.9")
    assert accuracy([(D(250), D(100))]) == D("-0.5")


def test_accuracy_of_several_weighs_by_what_was_booked() -> None:
    # Errors 10 and 10 of 100 and 900 booked: 1 - 20 / 1000.
    assert accuracy([(D(110), D(100)), (D(890), D(900))]) == D("0.98")


def test_accuracy_and_bias_are_undefined_where_nothing_was_booked() -> None:
    assert accuracy([(D(10), D(0))]) is None
    assert accuracy([]) is None
    assert bias([counted(10, 0)]) is None


def test_bias_keeps_its_sign() -> None:
    assert bias([counted(120, 100), counted(90, 100)]) == D("0.05")
    assert bias([counted(80, 100)]) == D("-0.2")


def test_score_counts_periods_and_intervals_apart() -> None:
    found = score(
        6,
        [
            counted(100, 105, low=90, high=110, period="Q1"),
            counted(100, 130, low=90, high=110, period="Q2"),
            counted(100, 100, period="Q3"),
        ],
    )

    assert (found.periods, found.inside, found.intervals) == (3, 1, 2)
    assert found.coverage == D("0.5")
    assert found.is_few
    assert score(6, [counted(100, 100)]).coverage is None


def test_an_interval_holds_its_ends() -> None:
    assert counted(100, 90, low=90, high=110).inside is True
    assert counted(100, 110, low=90, high=110).inside is True
    assert counted(100, 111, low=90, high=110).inside is False


def test_verdict_is_against_the_best_simple_method() -> None:
    better = score(6, [counted(95, 100, naive=90)])
    worse = score(6, [counted(85, 100, naive=90)])
    undefined = score(6, [counted(85, 0)])

    assert (better.best_naive, better.beats_naive) == (Method.LAST_PERIOD, True)
    assert worse.beats_naive is False
    assert (undefined.best_naive, undefined.beats_naive) == (None, None)


def test_scores_stand_by_weeks_left_the_most_first() -> None:
    found = scores([counted(1, 1, weeks=2), counted(1, 1, weeks=13), counted(1, 1, weeks=2)])

    assert [(each.weeks_left, each.periods) for each in found] == [(13, 1), (2, 1)]
