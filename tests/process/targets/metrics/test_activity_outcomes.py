from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from process.targets.metrics import Reach, funnel_of, rate_interval, share_of


def test_groups_add_up_to_the_cohort():
    counts = {("early", "won"): 6, ("early", "lost"): 4, ("never", "open"): 5, ("young", "open"): 9}

    funnel = funnel_of(counts, too_young=9, linked=30, unlinked=12)

    assert (funnel.deals, funnel.too_young) == (15, 9)
    early, never = funnel.group(Reach.EARLY), funnel.group(Reach.NEVER)
    assert (early.win_rate, early.closed, early.is_few) == (Decimal("0.6"), 10, False)
    assert (never.win_rate, never.deals, never.is_few) == (None, 5, True)
    assert share_of(early.deals, funnel.deals) == Decimal(10) / 15
    assert share_of(0, 0) is None


def test_the_interval_of_a_rate():
    # By hand: 6 of 10 with z = 1.96 is 0.313 to 0.832.
    low, high = rate_interval(6, 10)

    assert (round(low, 3), round(high, 3)) == (Decimal("0.313"), Decimal("0.832"))
    assert rate_interval(0, 0) is None


@given(closed=st.integers(1, 10_000), share=st.floats(0, 1))
def test_the_interval_holds_the_rate_and_stays_a_share(closed: int, share: float):
    won = round(closed * share)
    low, high = rate_interval(won, closed)

    assert 0 <= low <= Decimal(won) / closed + Decimal("1e-12")
    assert Decimal(won) / closed - Decimal("1e-12") <= high <= 1


@pytest.mark.parametrize("closed", [10, 1000])
def test_more_cases_make_it_narrower(closed: int):
    low, high = rate_interval(closed // 2, closed)
    wide_low, wide_high = rate_interval(2, 4)

    assert high - low < wide_high - wide_low
