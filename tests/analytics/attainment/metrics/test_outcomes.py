import statistics
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.attainment.metrics import (
    Cycle,
    Outcomes,
    sales_cycle,
    win_rate,
    win_rate_by_value,
)


def test_win_rate_by_number_and_by_value():
    closed = Outcomes(won=3, lost=9, won_cents=60_00, lost_cents=40_00, unpriced=2)

    assert win_rate(closed) == Decimal("0.25")
    assert win_rate_by_value(closed) == Decimal("0.6")
    assert not closed.is_few


def test_without_a_closed_deal_there_is_no_rate():
    assert win_rate(Outcomes()) is None
    assert win_rate_by_value(Outcomes(won=2, unpriced=2)) is None


@pytest.mark.parametrize(("won", "lost", "few"), [(4, 5, True), (5, 5, False), (0, 0, True)])
def test_fewer_than_ten_cases_are_few(won, lost, few):
    assert Outcomes(won=won, lost=lost).is_few is few


def test_outcomes_add_up():
    total = Outcomes(1, 2, 3, 4, 5) + Outcomes(10, 20, 30, 40, 50)

    assert total == Outcomes(11, 22, 33, 44, 55)
    assert total.closed == 33


def test_the_cycle_is_the_median_with_the_middle_half():
    # 10, 20, 30, 40 days: quartiles at places 0.75, 1.5 and 2.25.
    assert sales_cycle({10: 1, 20: 1, 30: 1, 40: 1}) == Cycle(
        cases=4, median=Decimal(25), low=Decimal("17.5"), high=Decimal("32.5")
    )
    assert sales_cycle({7: 3}) == Cycle(3, Decimal(7), Decimal(7), Decimal(7))
    assert sales_cycle({}) == Cycle(0, None, None, None)


@given(st.lists(st.integers(0, 400), min_size=2, max_size=40))
def test_the_quartiles_agree_with_the_standard_library(days):
    counted = {day: days.count(day) for day in days}

    found = sales_cycle(counted)

    low, middle, high = statistics.quantiles([Decimal(day) for day in days], method="inclusive")
    assert (found.low, found.median, found.high) == (low, middle, high)
