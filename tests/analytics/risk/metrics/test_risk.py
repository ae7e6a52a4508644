from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import (
    RISKS,
    RULES,
    Health,
    HealthPart,
    OpenDeal,
    RiskRule,
    deal_reasons,
    fall,
    health,
)
from analytics.risk.metrics.stage_norms import DateMoves, Norm

TODAY = date(2026, 3, 10)
LEARNT = Norm(deals=10, median=Decimal(19), p75=Decimal("29.5"), fewest=12, expected=99)
SOUND = OpenDeal(
    deal=1,
    name="Pumps",
    owner=7,
    cents=50_000_00,
    close_on=TODAY + timedelta(days=40),
    category="pipeline",
    stage="Propose",
    stage_days=3,
    next_step="Send the offer",
    next_step_on=TODAY,
    quiet_days=2,
    touched=True,
    norm=LEARNT,
    people=2,
    met_decision_maker=True,
)


def reasons(**fields):
    return deal_reasons(replace(SOUND, **fields), day=TODAY, large=None)


@pytest.mark.parametrize(
    ("fields", "signal", "holds"),
    [
        ({"owner_left": False}, Signal.OWNER_LEFT, False),
        ({"owner_left": True}, Signal.OWNER_LEFT, True),
        ({"close_on": TODAY}, Signal.CLOSE_PASSED, False),
        ({"close_on": TODAY - timedelta(days=1)}, Signal.CLOSE_PASSED, True),
        ({"next_step_on": TODAY}, Signal.STEP_OVERDUE, False),
        ({"next_step_on": TODAY - timedelta(days=1)}, Signal.STEP_OVERDUE, True),
        # The upper quartile of 29.5 counts as 30 days, so half as long again is 45.
        ({"stage_days": 44}, Signal.STALLED, False),
        ({"stage_days": 45}, Signal.STALLED, True),
        ({"stage_days": 46}, Signal.STALLED, True),
        ({"stage_days": 148, "norm": replace(LEARNT, deals=9)}, Signal.STALLED, False),
        ({"stage_days": 149, "norm": replace(LEARNT, deals=9)}, Signal.STALLED, True),
        ({"stage_days": 9999, "norm": Norm()}, Signal.STALLED, False),
        ({"quiet_days": 13}, Signal.QUIET, False),
        ({"quiet_days": 14}, Signal.QUIET, True),
        ({"moves": DateMoves(pushes=2)}, Signal.PUSHED, False),
        ({"moves": DateMoves(pushes=3)}, Signal.PUSHED, True),
        # Entered three days ago: to close in nine days is twelve in all, as the quickest.
        ({"close_on": TODAY + timedelta(days=9)}, Signal.TOO_SOON, False),
        ({"close_on": TODAY + timedelta(days=8)}, Signal.TOO_SOON, True),
        ({"close_on": TODAY - timedelta(days=1)}, Signal.TOO_SOON, False),
        ({"close_on": TODAY, "norm": replace(LEARNT, deals=9)}, Signal.TOO_SOON, False),
        ({"back_from": ""}, Signal.WENT_BACK, False),
        ({"back_from": "Negotiate"}, Signal.WENT_BACK, True),
        ({"fell": 19}, Signal.AMOUNT_FELL, False),
        ({"fell": 20}, Signal.AMOUNT_FELL, True),
        ({"people": 0}, Signal.SINGLE_CONTACT, False),
        ({"people": 1}, Signal.SINGLE_CONTACT, True),
        ({"people": 2}, Signal.SINGLE_CONTACT, False),
        ({"close_on": None}, Signal.NO_CLOSE_DATE, True),
        ({"next_step": ""}, Signal.NO_STEP, True),
    ],
)
def test_each_signal_starts_at_its_threshold(fields, signal, holds):
    assert (signal in reasons(**fields)) is holds


def test_a_sound_deal_has_no_signal():
    assert reasons() == ()


def test_quiet_and_stalled_are_two_claims():
    assert reasons(quiet_days=60) == (Signal.QUIET,)
    assert reasons(stage_days=60) == (Signal.STALLED,)


def test_waiting_silences_the_quiet_and_the_next_step_until_its_day():
    silent = {
        "quiet_days": 60,
        "next_step": "",
        "next_step_on": TODAY - timedelta(days=9),
        "stage_days": 60,
    }
    told = (Signal.STEP_OVERDUE, Signal.STALLED, Signal.QUIET, Signal.NO_STEP)

    assert reasons(**silent) == told
    assert reasons(**silent, wait_until=TODAY + timedelta(days=1)) == (Signal.STALLED,)
    assert reasons(**silent, wait_until=TODAY) == told
    assert reasons(**silent, wait_until=TODAY - timedelta(days=1)) == told


@pytest.mark.parametrize(
    "signal", sorted(set(RISKS) - {Signal.NOT_COMMITTED, Signal.NO_DECISION_MAKER})
)
def test_a_signal_that_is_off_says_nothing(signal):
    bad = replace(
        SOUND,
        owner_left=True,
        close_on=None if signal is Signal.NO_CLOSE_DATE else TODAY - timedelta(days=2),
        stage_days=99,
        quiet_days=99,
        next_step="",
        next_step_on=TODAY - timedelta(days=2),
        moves=DateMoves(pushes=9),
        back_from="Negotiate",
        fell=50,
        people=1,
    )
    if signal is Signal.TOO_SOON:
        bad = replace(bad, close_on=TODAY, stage_days=0)
    off = {**RULES, signal: replace(RULES[signal], on=False)}

    assert signal in deal_reasons(bad, day=TODAY, large=None)
    assert signal not in deal_reasons(bad, day=TODAY, large=None, rules=off)


@pytest.mark.parametrize(
    ("age", "met", "holds"), [(29, False, False), (30, False, True), (30, True, False)]
)
def test_a_decision_maker_is_missed_from_an_age_on(age, met, holds):
    on = {**RULES, Signal.NO_DECISION_MAKER: RiskRule(30, 8)}
    young = replace(SOUND, age=age, met_decision_maker=met)

    assert deal_reasons(young, day=TODAY, large=None) == ()
    assert deal_reasons(young, day=TODAY, large=None, rules=on) == (
        (Signal.NO_DECISION_MAKER,) if holds else ()
    )


def test_another_threshold_moves_where_a_signal_starts():
    strict = {**RULES, Signal.QUIET: RiskRule(3, 16), Signal.STALLED: RiskRule(10, 14)}

    assert deal_reasons(SOUND, day=TODAY, large=None, rules=strict) == (Signal.STALLED,)
    assert deal_reasons(replace(SOUND, quiet_days=3), day=TODAY, large=None, rules=strict) == (
        Signal.STALLED,
        Signal.QUIET,
    )


def test_a_sound_deal_keeps_every_point():
    found = health(SOUND, day=TODAY, large=1)

    assert (found.kept, found.total, found.score, found.unjudged) == (100, 100, 100, ())


def test_the_health_is_the_sum_of_its_parts():
    found = health(replace(SOUND, quiet_days=60, people=1), day=TODAY, large=None)

    lost = {part.signal: part.weight for part in found.parts if not part.kept}
    assert lost == {Signal.QUIET: 16, Signal.SINGLE_CONTACT: 8}
    # 24 of 95 points are lost: the quota that would make it large is not known.
    assert (found.kept, found.total, found.unjudged) == (71, 95, (Signal.NOT_COMMITTED,))
    assert found.score == 75


def test_what_cannot_be_judged_counts_neither_way():
    found = health(replace(SOUND, norm=Norm(), cents=None), day=TODAY, large=None)

    assert set(found.unjudged) == {
        Signal.NOT_COMMITTED,
        Signal.STALLED,
        Signal.TOO_SOON,
        Signal.AMOUNT_FELL,
    }
    assert found.score == 100


def test_without_any_signal_there_is_no_health():
    off = {signal: replace(rule, on=False) for signal, rule in RULES.items()}

    assert health(SOUND, day=TODAY, large=None, rules=off).score is None


def test_a_health_that_does_not_add_up_is_refused():
    part = HealthPart(Signal.QUIET, 16, 16)

    with pytest.raises(ValueError, match="the sum of the parts"):
        Health(parts=(part,), unjudged=(), kept=15, total=16)
    with pytest.raises(ValueError, match="the sum of the weights"):
        Health(parts=(part,), unjudged=(), kept=16, total=17)


@pytest.mark.parametrize(
    ("now", "percent"), [(100_00, 0), (80_01, 19), (80_00, 20), (0, 100), (120_00, 0), (None, 0)]
)
def test_an_amount_falls_from_its_highest_in_the_same_currency(now, percent):
    assert fall({"USD": 100_00, "EUR": 900_00}, now=now, currency="USD") == percent


def test_an_amount_that_never_stood_in_its_currency_has_not_fallen():
    assert fall({}, now=5, currency="USD") == 0
