import pytest

from forecasting.methods import naive
from forecasting.methods.history import ForecastSpan
from forecasting.methods.naive import MAIN, METHODS
from tests.forecasting.simulation import closed, history, opened

# Ann (1) booked 300 in the last period, 500 a year before and 120 so far; Ben (2) 80 last time.
KNOWN = history(
    [row for deal, day, owner, cents in (
        (1, 1010, 1, 300_00), (2, 1020, 2, 80_00), (3, 640, 1, 500_00), (4, 1105, 1, 120_00),
        (5, 1108, 3, 50_00), (6, 1120, 1, 999_00),
    ) for row in (opened(deal, day - 5, owner=owner), closed(deal, day, owner=owner, cents=cents))]
)  # fmt: skip
T = 1110
SPAN = ForecastSpan(1100, 1190, previous=(1000, 1100), year_before=(600, 700))


def told(name: str) -> dict[int, float]:
    found = METHODS[name](KNOWN, T).predict(SPAN)
    return dict(zip(found.person.tolist(), (found.cents / 100).tolist(), strict=True))


def test_as_last_period_what_is_left_of_it() -> None:
    assert told("last_period") == {1: 180.0, 2: 80.0}


def test_as_a_year_before_never_less_than_nothing() -> None:
    assert told("last_year") == {1: 380.0}
    again = naive._rest_of(KNOWN, T, ForecastSpan(1100, 1190, (0, 0), (0, 0)), whole=(1108, 1109))
    assert again[1].tolist() == [0.0]


def test_at_recent_pace_for_the_days_that_are_left() -> None:
    # Days 1020 to 1110 are the last 91; 79 days are left after day 1110.
    assert told("run_rate") == pytest.approx({1: 120 * 79 / 91, 2: 80 * 79 / 91, 3: 50 * 79 / 91})


def test_a_period_to_come_gets_all_its_days_at_recent_pace() -> None:
    later = ForecastSpan(1190, 1281, (0, 0), (0, 0))

    found = METHODS["run_rate"](KNOWN, T).predict(later)

    assert (found.cents / 100).tolist() == pytest.approx([120, 80, 50])


def test_the_main_method_stands_first() -> None:
    assert next(iter(METHODS)) == MAIN
