import random
from decimal import Decimal

import pytest

from process.practices.metrics import Finding, cliffs_delta, delta_interval, difference, top_quarter


def test_the_delta_worked_on_paper():
    """Of six pairs the top has more in four, less in one, and one is even."""
    assert cliffs_delta([3, 5], [1, 3, 4]) == pytest.approx(3 / 6)
    assert cliffs_delta([9, 8], [1, 2]) == 1
    assert cliffs_delta([1, 2], [9, 8]) == -1


def test_the_interval_worked_with_a_calculator():
    """Rows 1/3 and 2/3 around d = 1/2, columns 1, 1/2, 0 around it: s^2 = 0.25."""
    low, high = delta_interval([3, 5], [1, 3, 4], comparisons=1)

    # z = 1.96, z^2 s^2 = 0.9604: (0.375 -+ 0.98 sqrt(0.5625 + 0.9604)) / 1.7104.
    assert low == pytest.approx((0.375 - 0.98 * 1.52290**0.5) / 1.71036, abs=0.001)
    assert high == pytest.approx((0.375 + 0.98 * 1.52290**0.5) / 1.71036, abs=0.001)


def test_few_people_who_all_lie_above_tell_little():
    low, high = delta_interval([9, 8, 7], list(range(7)), comparisons=1)

    assert high == 1
    assert low == pytest.approx((3 - 3.8415) / (3 + 3.8415), abs=0.001)
    assert delta_interval(list(range(7)), [9, 8, 7], comparisons=1) == (-1, -low)


def test_more_comparisons_make_wider_intervals():
    top, rest = [5, 6, 9, 3], [1, 2, 4, 8, 3, 2, 5, 1]

    one, ten = (delta_interval(top, rest, comparisons=number) for number in (1, 10))

    assert ten[0] < one[0] < one[1] < ten[1]


def test_where_nothing_differs_the_interval_rarely_says_so():
    """In 400 samples of 6 and 18 alike people, at most one in ten is told apart."""
    chance = random.Random(11)  # noqa: S311 -- test data
    wrong = 0
    for _ in range(400):
        top, rest = ([chance.gauss(0, 1) for _ in range(n)] for n in (6, 18))
        low, high = delta_interval(top, rest, comparisons=1)
        wrong += not low <= 0 <= high
    assert wrong <= 40


def test_a_clear_difference_between_enough_people_is_told():
    values = {person: float(person) for person in range(40)}

    found = difference(values, frozenset(range(30, 40)), comparisons=10)

    assert (found.top, found.rest, found.delta) == (10, 30, 1)
    assert found.finding is Finding.MORE
    backwards = {person: -value for person, value in values.items()}
    assert difference(backwards, frozenset(range(30, 40)), comparisons=10).finding is Finding.LESS


def test_what_the_sample_cannot_tell_is_said():
    values = {person: float(person % 3) for person in range(16)}

    assert difference(values, frozenset({0, 5, 10, 15}), comparisons=5).finding is (
        Finding.CANNOT_TELL
    )
    few = difference({1: 1.0, 2: 2.0}, frozenset({1}), comparisons=5)
    assert (few.finding, few.delta) == (Finding.TOO_FEW, None)


def test_the_top_quarter_is_of_those_who_did_better_than_the_next():
    scores = {person: Decimal(person) for person in range(16)}

    assert top_quarter(scores) == {12, 13, 14, 15}
    tied = {**scores, 11: Decimal(12)}
    assert top_quarter(tied) == {13, 14, 15}
    assert top_quarter({person: Decimal(1) for person in range(16)}) == frozenset()
    assert top_quarter({person: Decimal(person) for person in range(11)}) == frozenset()
