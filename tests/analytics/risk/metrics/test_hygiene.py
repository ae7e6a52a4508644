from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import (
    Clean,
    DealRecord,
    Remedy,
    State,
    clean_of,
    record_gaps,
    state_of,
)
from analytics.risk.metrics.risk import RECORD_GAPS, RULES, deal_reasons, health
from tests.analytics.risk.metrics.test_risk import SOUND, TODAY

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


@pytest.mark.parametrize(
    ("changes", "record", "gaps"),
    [
        ({}, DealRecord(named=True), ()),
        ({"cents": None}, DealRecord(named=True), (Signal.NO_AMOUNT,)),
        ({"cents": 0}, DealRecord(named=True), (Signal.NO_AMOUNT,)),
        ({"people": 1}, DealRecord(), ()),
        ({"people": 0}, DealRecord(), (Signal.NO_CONTACT,)),
        ({}, DealRecord(named=True, missing=("Amount",)), (Signal.EXIT_MISSING,)),
        ({"cents": 0, "people": 0}, DealRecord(missing=("Amount",)), RECORD_GAPS),
    ],
)
def test_a_record_lacks_what_nobody_entered(changes, record, gaps) -> None:
    deal = replace(SOUND, **changes)
    off = {**RULES, **{gap: replace(RULES[gap], on=False) for gap in RECORD_GAPS}}

    assert record_gaps(deal, record) == gaps
    assert record_gaps(deal, record, rules=off) == ()


def test_what_a_record_lacks_is_no_risk_and_costs_no_health() -> None:
    empty = replace(SOUND, cents=0, people=0)

    assert not set(RECORD_GAPS) & set(deal_reasons(empty, day=TODAY, large=None))
    assert {part.signal for part in health(empty, day=TODAY, large=None).parts}.isdisjoint(
        RECORD_GAPS
    )
