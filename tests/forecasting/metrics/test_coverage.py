"""On organisations whose chances are known, the 80 % interval holds about 80 % of the outcomes."""

import numpy as np
import pytest

from forecasting.metrics.backtest import Scaled, Track, scaled
from tests.forecasting.simulation import simulate, tracks

SEEDS = range(10)
PEOPLE = 8


def held(track: Track, counted: Scaled) -> list[float]:
    """Return the shares of outcomes inside, row by row, where three periods had taught."""
    shares = []
    for row in np.flatnonzero(counted.periods >= 3):
        known = np.isfinite(counted.low[row]) & np.isfinite(track.outcome[row])
        if known.any():
            inside = (track.outcome[row] >= counted.low[row] - 1) & (
                track.outcome[row] <= counted.high[row] + 1
            )
            shares.append(float(inside[known].mean()))
    return shares


pytestmark = pytest.mark.heavy


@pytest.fixture(scope="module")
def judged() -> dict[str, list[float]]:
    found: dict[str, list[float]] = {"person": [], "whole": [], "bias": []}
    for seed in SEEDS:
        known, last = simulate(seed, people=PEOPLE)
        people, whole = tracks(known, last, people=PEOPLE)
        counted = scaled(whole)
        found["person"] += held(people, scaled(people))
        found["whole"] += held(whole, counted)
        over = np.isfinite(whole.outcome[:, 0]) & (counted.periods >= 3)
        errors = counted.forecast[over, 0] - whole.outcome[over, 0]
        found["bias"].append(float(errors.sum() / whole.outcome[over, 0].sum()))
    return found


def test_interval_of_a_person_holds_eight_of_ten(judged: dict[str, list[float]]) -> None:
    assert np.mean(judged["person"]) == pytest.approx(0.8, abs=0.04)


def test_interval_of_the_whole_holds_eight_of_ten(judged: dict[str, list[float]]) -> None:
    # Ten organisations of a few past quarters each: the share itself is only known so well.
    assert np.mean(judged["whole"]) == pytest.approx(0.8, abs=0.07)


def test_forecasts_lean_to_neither_side(judged: dict[str, list[float]]) -> None:
    spread = np.std(judged["bias"]) / np.sqrt(len(judged["bias"]))
    assert abs(np.mean(judged["bias"])) < 0.02 + 2 * spread
