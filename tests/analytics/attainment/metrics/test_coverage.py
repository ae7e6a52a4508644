from decimal import Decimal

import pytest

from analytics.attainment.metrics import INFINITE, coverage, weighted


@pytest.mark.parametrize(
    ("open_cents", "quota", "booked", "expected"),
    [
        (300, 200, 100, Decimal(3)),
        (0, 200, 100, Decimal(0)),
        (50, 200, 0, Decimal("0.25")),
        (300, 200, 200, INFINITE),
        (300, 200, 250, INFINITE),
        (300, None, 100, None),
    ],
)
def test_coverage(open_cents, quota, booked, expected):
    assert coverage(open_cents, quota=quota, booked=booked) == expected


@pytest.mark.parametrize(
    ("amount", "probability", "expected"),
    [(100_00, 20, 20_00), (1, 50, 1), (3, 50, 2), (333, 33, 110), (None, 50, 0), (999, 0, 0)],
)
def test_weighted_rounds_each_deal_half_up(amount, probability, expected):
    assert weighted(amount, probability=probability) == expected


def test_deals_are_rounded_before_they_are_added_up():
    # Two of half a cent each make two cents; their sum, rounded once, would make one.
    assert weighted(1, probability=50) + weighted(1, probability=50) == 2
    assert weighted(2, probability=50) == 1
