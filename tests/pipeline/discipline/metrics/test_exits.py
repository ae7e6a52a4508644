from decimal import Decimal

from pipeline.discipline.metrics import override_share


def test_three_of_twelve_moves_are_a_quarter():
    assert override_share(3, moves=12) == Decimal("0.25")


def test_without_a_move_there_is_no_share():
    assert override_share(0, moves=0) is None
