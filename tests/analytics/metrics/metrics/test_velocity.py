from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.metrics.metrics.velocity import (
    Factor,
    Velocity,
    factors_of,
    fraction_of,
    product,
    rounded_parts,
    sales_velocity,
    velocity_change,
    whole_cents,
)

NUMBERS = st.fractions(min_value=0, max_value=10**6, max_denominator=1000)
FACTORS = st.fixed_dictionaries(dict.fromkeys(Factor, NUMBERS))


def velocity(**changes: object) -> Velocity:
    given = {
        "open_deals": 50,
        "average_cents": Fraction(10_000_00),
        "won": 1,
        "closed": 4,
        "cycle_days": Fraction(60),
    }
    return Velocity(**{**given, **changes})


def test_fifty_deals_of_ten_thousand_at_a_quarter_in_sixty_days():
    assert sales_velocity(velocity()) == Fraction(50 * 10_000_00, 4 * 60)


@pytest.mark.parametrize(
    "lacking",
    [{"closed": 0, "won": 0}, {"average_cents": None}, {"cycle_days": None}, {"cycle_days": 0}],
)
def test_without_a_factor_there_is_no_velocity(lacking):
    assert sales_velocity(velocity(**lacking)) is None


def test_the_only_factor_that_changed_has_the_whole_change():
    before, after = factors_of(velocity()), factors_of(velocity(cycle_days=Fraction(40)))

    parts = velocity_change(before, after)

    assert parts[Factor.CYCLE] == product(after) - product(before) > 0
    assert [parts[f] for f in Factor if f is not Factor.CYCLE] == [0, 0, 0]


def test_two_factors_worked_on_paper():
    """2 x 3 becomes 4 x 5: 2 more at 3 or 5 is 8 on average, 2 more at 2 or 4 is 6."""
    before = {Factor.VOLUME: Fraction(2), Factor.SIZE: Fraction(3)}
    after = {Factor.VOLUME: Fraction(4), Factor.SIZE: Fraction(5)}

    assert velocity_change(before, after) == {Factor.VOLUME: 8, Factor.SIZE: 6}


@given(FACTORS, FACTORS)
def test_the_parts_add_up_exactly_and_backwards_they_are_their_opposites(before, after):
    parts = velocity_change(before, after)

    assert sum(parts.values()) == product(after) - product(before)
    assert velocity_change(after, before) == {factor: -part for factor, part in parts.items()}
    for factor in Factor:
        if before[factor] == after[factor]:
            assert parts[factor] == 0


@given(FACTORS, FACTORS)
def test_in_cents_they_add_up_to_what_is_shown(before, after):
    shown = whole_cents(product(after)) - whole_cents(product(before))

    cents = rounded_parts(velocity_change(before, after), total=shown)

    assert sum(cents.values()) == shown
    for factor, part in velocity_change(before, after).items():
        assert abs(cents[factor] - part) <= 2


def test_cents_that_cannot_add_up_are_refused():
    with pytest.raises(ValueError, match="cannot add up to 9"):
        rounded_parts({Factor.SIZE: Fraction(1)}, total=9)


def test_rounding_is_half_up_and_decimals_stay_as_they_are():
    assert (whole_cents(Fraction(5, 2)), whole_cents(Fraction(-5, 2))) == (3, -2)
    assert (fraction_of(Decimal("0.1")), fraction_of(None)) == (Fraction(1, 10), None)
