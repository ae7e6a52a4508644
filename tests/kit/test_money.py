from decimal import ROUND_HALF_UP, Decimal

import pytest

from kit.money import percent_of


@pytest.mark.parametrize(
    ("amount", "percent", "found"),
    [(100, 20, 20), (3, 50, 2), (-3, 50, -2), (1, 49, 0), (3333, 50, 1667), (7, 0, 0), (7, 100, 7)],
)
def test_percent_rounds_halves_away_from_zero(amount, percent, found):
    assert percent_of(amount, percent) == found


def test_percent_is_what_decimals_give():
    for amount in range(-250, 250):
        for percent in range(101):
            exact = (Decimal(amount) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP)
            assert percent_of(amount, percent) == exact
