import dataclasses

import numpy as np
import pytest

from forecasting.metrics.backtest import LARGEST_RATIO, Track, scaled, whole_cents
from tests.forecasting.simulation import simulate, tracks


def track(rows: list[dict[str, float]], *, subjects: int = 1, pooled: bool = False) -> Track:
    """Return forecasts made 30 days before the ends of periods of 90 days, one after the other."""

    def column(name: str, *, default: float = 0.0) -> np.ndarray:
        return np.array([row.get(name, default) for row in rows], dtype=float)

    ends = 1090 + 90 * np.arange(len(rows))
    wide = {
        name: np.repeat(column(name)[:, None], subjects, axis=1)
        for name in ("booked", "open", "new", "spread_open", "spread_new")
    }
    return Track(
        made_on=ends - 31,
        start=ends - 90,
        end=ends,
        came_open=column("came_open"),
        came_new=column("came_new"),
        all_open=column("open"),
        all_new=column("new"),
        outcome=np.repeat(column("outcome", default=np.nan)[:, None], subjects, axis=1),
        pooled=pooled,
        **wide,
    )


PERIOD = {"booked": 50.0, "open": 100.0, "spread_open": 16.0}


def test_parts_are_scaled_by_what_came_true_before() -> None:
    rows = [
        PERIOD | {"came_open": 80.0, "outcome": 130.0},
        PERIOD | {"came_open": 90.0, "outcome": 140.0},
        PERIOD,
    ]

    counted = scaled(track(rows))

    # Nothing known; 80 of 100, with half a period's trust in 1; 170 of 200, with the same.
    assert counted.open_ratio == pytest.approx([1.0, 130 / 150, 220 / 250])
    assert counted.forecast[:, 0] == pytest.approx([150.0, 50 + 100 * 130 / 150, 50 + 88.0])
    assert counted.periods.tolist() == [0, 1, 2]


def test_a_period_teaches_only_a_week_after_its_end() -> None:
    taught = track([PERIOD | {"came_open": 80.0, "outcome": 130.0}, PERIOD])
    early = dataclasses.replace(taught, made_on=np.array([taught.made_on[0], taught.end[0] + 5]))
    settled = dataclasses.replace(early, made_on=np.array([taught.made_on[0], taught.end[0] + 6]))
    far = dataclasses.replace(settled, end=np.array([taught.end[0], taught.end[0] + 37]))

    assert scaled(dataclasses.replace(early, end=far.end)).open_ratio[1] == 1.0
    assert scaled(far).open_ratio[1] == pytest.approx(130 / 150)


def test_a_forecast_made_at_another_distance_teaches_nothing() -> None:
    rows = track([PERIOD | {"came_open": 80.0, "outcome": 130.0}, PERIOD])
    other = dataclasses.replace(rows, made_on=rows.made_on + np.array([0, 11]))

    assert scaled(rows).open_ratio[1] != 1.0
    assert scaled(other).open_ratio[1] == 1.0


def test_what_came_of_next_to_nothing_is_capped() -> None:
    rows = [PERIOD | {"new": 0.01, "came_new": 100.0, "outcome": 200.0}] * 2 + [PERIOD]

    assert scaled(track(rows)).new_ratio[2] == LARGEST_RATIO


def test_interval_by_hand() -> None:
    # Forecasts 150 (nothing known), 150 (all came true), 150; outcomes off by +8 and -4. Ratios
    # stay 1 as what came is what was told; units are the root of 16: errors +2 and -1.
    rows = [
        PERIOD | {"came_open": 100.0, "outcome": 158.0},
        PERIOD | {"came_open": 100.0, "outcome": 146.0},
        PERIOD | {"came_open": 100.0},
    ]

    counted = scaled(track(rows))

    # One past period is too few; two: sqrt((4 + 1) / 2) units times Student's 1.886 of 2 degrees.
    assert np.isnan(counted.low[:2]).all()
    reach = np.sqrt(2.5) * 1.886 * 4
    assert counted.low[2, 0] == pytest.approx(150 - reach)
    assert counted.high[2, 0] == pytest.approx(150 + reach)


def test_interval_never_goes_below_what_is_booked() -> None:
    rows = [PERIOD | {"came_open": 100.0, "outcome": 1150.0}] * 3 + [PERIOD | {"came_open": 0.0}]

    counted = scaled(track(rows))

    assert counted.low[3, 0] == 50.0
    assert counted.high[3, 0] > counted.forecast[3, 0]


def test_many_pooled_errors_give_their_own_percentiles() -> None:
    rows = [PERIOD | {"came_open": 100.0, "outcome": 150.0}] * 2 + [PERIOD | {"came_open": 100.0}]
    crowd = track(rows, subjects=101, pooled=True)
    errors = np.linspace(-4.0, 4.0, 101)
    outcome = crowd.outcome + errors[None, :]

    counted = scaled(dataclasses.replace(crowd, outcome=outcome))

    # In units of 4 the errors are evenly spread over -1 to 1.
    assert counted.low[2] == pytest.approx(np.full(101, 150 - 0.8 * 4))
    assert counted.high[2] == pytest.approx(np.full(101, 150 + 0.8 * 4))


def test_later_outcomes_change_no_earlier_forecast() -> None:
    known, last = simulate(7, people=4, years=3)
    people, _ = tracks(known, last, people=4, weeks=100)
    counted = scaled(people)
    for row in range(0, len(people.made_on), 17):
        unknown = people.end - 1 + 7 > people.made_on[row]
        poisoned = dataclasses.replace(
            people,
            outcome=np.where(unknown[:, None], 1e9, people.outcome),
            came_open=np.where(unknown, 1e9, people.came_open),
            came_new=np.where(unknown, 1e9, people.came_new),
        )
        again = scaled(poisoned)
        assert again.forecast[row] == pytest.approx(counted.forecast[row])
        assert again.low[row] == pytest.approx(counted.low[row], nan_ok=True)
        assert again.high[row] == pytest.approx(counted.high[row], nan_ok=True)


def test_cents_round_half_up() -> None:
    assert whole_cents(np.array([0.5, 1.49, 2.5, 0.0])).tolist() == [1, 1, 3, 0]
