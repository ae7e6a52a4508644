from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.credit.metrics import in_words, overlay_part, plain, revenue_parts


def percents(*numbers):
    return {person: Decimal(number) for person, number in enumerate(numbers, start=1)}


@pytest.mark.parametrize(
    ("amount", "by", "parts"),
    [
        (100_00, ("100",), [100_00]),
        (100_00, ("50", "50"), [50_00, 50_00]),
        # 33.33 % and 33.34 % of 1.00: 33.33, 33.33 and 33.34 cents; the last loses most.
        (1_00, ("33.33", "33.33", "33.34"), [33, 33, 34]),
        # Half a cent each: it goes to the lower id.
        (1, ("50", "50"), [1, 0]),
        (5, ("33.33", "33.33", "33.34"), [2, 1, 2]),
        (0, ("60", "40"), [0, 0]),
    ],
)
def test_the_cents_that_are_left_go_to_whose_part_lost_most(amount, by, parts):
    assert list(revenue_parts(amount, percents(*by)).values()) == parts


@pytest.mark.parametrize("by", [("60", "30"), ("60", "50"), ("110", "-10"), ("100", "0")])
def test_what_does_not_make_a_whole_is_refused(by):
    with pytest.raises(ValueError, match="add up to 100 %"):
        revenue_parts(100, percents(*by))


@given(
    amount=st.integers(0, 10**14),
    cuts=st.lists(st.integers(1, 9_999), max_size=12, unique=True),
)
def test_parts_add_up_to_the_deal_and_lie_within_a_cent_of_exact(amount, cuts):
    edges = [0, *sorted(cuts), 10_000]
    shares = [Decimal(b - a) / 100 for a, b in pairwise(edges)]
    people = list(enumerate(shares))
    found = revenue_parts(amount, dict(people))

    assert sum(found.values()) == amount
    for person, share in people:
        assert abs(found[person] - amount * share / 100) < 1
    assert revenue_parts(amount, dict(reversed(people))) == found


def test_an_overlay_is_rounded_by_itself():
    assert overlay_part(1_01, Decimal(50)) == 51
    assert overlay_part(1_00, Decimal("33.33")) == 33


def test_shares_are_told_in_one_order_whatever_order_they_come_in():
    shares = [
        ("Max", "overlay", Decimal("20.00")),
        ("Ron", "revenue", Decimal("33.33")),
        ("Rae", "revenue", Decimal("33.33")),
        ("Zoe", "revenue", Decimal("33.34")),
    ]

    for given_in in (shares, shares[::-1]):
        assert in_words(given_in) == "Zoe 33.34 %, Rae 33.33 %, Ron 33.33 %, Max 20 % overlay"
    assert in_words([]) == ""
    assert [plain(one) for one in (Decimal("100.00"), Decimal("0.50"), 90)] == ["100", "0.5", "90"]
