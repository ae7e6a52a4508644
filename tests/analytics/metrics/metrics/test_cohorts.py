from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.attainment.metrics import sales_cycle
from analytics.metrics.metrics.closings import Cohort, cohort_win_rate, is_immature
from kit.periods import Period

Q1 = Period(date(2026, 1, 1), date(2026, 4, 1), "Q1 2026")
LAST = date(2026, 3, 31)
# Ten won deals of 10 to 100 days: three of four took no more than 77.5 days.
CYCLE = sales_cycle(Counter(range(10, 101, 10)))


def test_a_cohort_counts_what_is_still_open():
    assert cohort_win_rate(Cohort(Q1, won=3, lost=5, open=4)) == Decimal("0.25")
    assert cohort_win_rate(Cohort(Q1)) is None


@pytest.mark.parametrize(("days", "immature"), [(0, True), (77, True), (78, False)])
def test_a_cohort_is_immature_until_its_youngest_had_the_time_of_three_in_four(days, immature):
    found = is_immature(Cohort(Q1, won=1, open=1), day=LAST + timedelta(days=days), cycle=CYCLE)

    assert found is immature


def test_a_cohort_without_an_open_deal_is_never_immature():
    assert not is_immature(Cohort(Q1, won=1, lost=2), day=LAST, cycle=CYCLE)


def test_too_few_won_deals_tell_nothing_of_the_time_it_takes():
    few = sales_cycle(Counter([10] * 9))

    assert is_immature(Cohort(Q1, open=1), day=LAST + timedelta(days=999), cycle=few)


def test_few_deals_are_flagged():
    assert Cohort(Q1, won=4, lost=3, open=2).is_few
    assert not Cohort(Q1, won=4, lost=3, open=3).is_few
