from datetime import date
from decimal import Decimal

import pytest

from analytics.metrics.metrics.promises import (
    Fate,
    Promise,
    fate_of,
    miss_rate,
    promises,
    push_rate,
    slip_rate,
    slip_rate_by_value,
)
from kit.periods import Period

Q1 = Period(date(2026, 1, 1), date(2026, 4, 1), "Q1 2026")
INSIDE, LATER, EARLIER = date(2026, 3, 31), date(2026, 4, 1), date(2025, 12, 31)


@pytest.mark.parametrize(
    ("given", "fate"),
    [
        ({"status": "won", "closed_on": INSIDE}, Fate.WON),
        ({"status": "lost", "closed_on": date(2026, 1, 1)}, Fate.LOST),
        ({"status": "won", "closed_on": LATER}, Fate.PUSHED_OUT),
        ({"status": "lost", "closed_on": EARLIER}, Fate.BROUGHT_FORWARD),
        ({"close_on": LATER}, Fate.PUSHED_OUT),
        ({"close_on": EARLIER}, Fate.BROUGHT_FORWARD),
        ({"close_on": None}, Fate.UNDATED),
        ({"close_on": INSIDE}, Fate.DUE),
        ({"close_on": INSIDE, "is_over": True}, Fate.OVERDUE),
        ({"status": "won", "closed_on": INSIDE, "archived": True}, Fate.ARCHIVED),
    ],
)
def test_a_deal_has_one_fate(given, fate):
    standing = {
        "status": "open",
        "archived": False,
        "close_on": None,
        "closed_on": None,
        "is_over": False,
    }

    assert fate_of(**{**standing, **given}, period=Q1) is fate


def test_the_rates_of_a_quarter_worked_on_paper():
    fates = [Fate.WON, Fate.WON, Fate.LOST, Fate.PUSHED_OUT, Fate.OVERDUE]
    rows = [Promise(deal, 1, 100 * (deal + 1), fate) for deal, fate in enumerate(fates)]

    found = promises(rows)

    assert (found.expected, found.moved) == (5, 2)
    assert slip_rate(found) == Decimal(2) / 5
    assert miss_rate(found) == Decimal(3) / 5
    assert slip_rate_by_value(found) == Decimal(900) / 1500


def test_nothing_expected_has_no_rates():
    found = promises([])

    assert (slip_rate(found), miss_rate(found), slip_rate_by_value(found)) == (None, None, None)


def test_a_push_rate_needs_a_deal():
    assert push_rate(1, of=4) == Decimal("0.25")
    assert push_rate(0, of=0) is None
