from datetime import date
from decimal import Decimal

import pytest

from pipeline.metrics.hygiene import Clean, Remedy, State, clean_of, state_of

DUE = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("remedy", "day", "state"),
    [
        (None, DUE, State.UNDECIDED),
        (Remedy.FIX, date(2026, 3, 1), State.DUE),
        (Remedy.FIX, DUE, State.DUE),
        (Remedy.CLOSE, date(2026, 3, 11), State.OVERDUE),
        (Remedy.FIX, date(2026, 4, 9), State.OVERDUE),
        # A month later it is no longer the same breach that was spoken of.
        (Remedy.FIX, date(2026, 4, 10), State.UNDECIDED),
        (Remedy.JUSTIFY, DUE, State.JUSTIFIED),
        (Remedy.JUSTIFY, date(2026, 3, 11), State.UNDECIDED),
    ],
)
def test_a_decision_holds_until_its_day(remedy: Remedy | None, day: date, state: State) -> None:
    assert state_of(remedy, DUE if remedy else None, day=day) is state


def test_a_deal_is_clean_without_a_breach_or_with_justified_ones_alone() -> None:
    deals = [[], [State.JUSTIFIED], [State.JUSTIFIED, State.DUE], [State.UNDECIDED]]

    assert clean_of(deals) == Clean(deals=4, clean=2)
    assert clean_of(deals).share is None  # Four deals say too little.
    assert clean_of(deals * 10).share == Decimal("0.5")
