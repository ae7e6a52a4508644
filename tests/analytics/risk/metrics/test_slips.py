from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.risk.metrics.stage_norms import DateMoves, date_moves


def quarter(day):
    return day.year, (day.month - 1) // 3


MARCH, MAY, JUNE, JULY = date(2026, 3, 31), date(2026, 5, 1), date(2026, 6, 30), date(2026, 7, 1)


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        ([], DateMoves()),
        ([None], DateMoves()),
        ([MAY], DateMoves(0, 0, MAY, 0)),
        ([MAY, MAY], DateMoves(0, 0, MAY, 0)),
        ([MAY, JUNE], DateMoves(1, 0, MAY, 60)),
        ([JUNE, JULY], DateMoves(1, 1, JUNE, 1)),
        ([JULY, MAY], DateMoves(0, 0, JULY, -61)),
        ([MARCH, MAY, JULY, MAY], DateMoves(2, 2, MARCH, 31)),
        ([MAY, None, JUNE], DateMoves(1, 0, MAY, 60)),
        ([None, MAY, JUNE], DateMoves(1, 0, MAY, 60)),
    ],
)
def test_moves_later_are_pushes_and_out_of_the_period_slips(closes, expected):
    assert date_moves(closes, period_of=quarter) == expected


@given(st.lists(st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)), max_size=12))
def test_pushes_bound_how_much_later_a_deal_is(closes):
    found = date_moves(closes, period_of=quarter)

    assert 0 <= found.slips <= found.pushes < max(1, len(closes))
    if found.days is not None and found.days > 0:
        assert found.pushes > 0
    shifted = [day and day + timedelta(days=365) for day in closes]
    assert date_moves(shifted, period_of=quarter).pushes == found.pushes
