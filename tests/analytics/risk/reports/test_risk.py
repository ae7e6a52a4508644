"""What deals are judged by, read from their history; and the filter beside the reasons."""

import random
from datetime import date, timedelta

import pytest

from analytics.risk import services
from analytics.risk.enums import Only, Signal
from analytics.risk.metrics.risk import RULES, RiskRule, deal_reasons
from analytics.risk.models import LearntLimit, SignalRule, StageNorm
from analytics.risk.reports.filter import CONDITIONS, at_risk
from analytics.risk.reports.inputs import judged_deals, learnt_limits_on, lessons, risk_inputs
from analytics.runs.enums import RunState
from analytics.runs.models import RecomputeRun
from pipeline.activities.models import Activity
from pipeline.deals.models import DealContact, DealVersion
from tests.analytics.report_views import report_view_of
from tests.factories.pipeline import AccountFactory, ActivityFactory, ContactFactory
from tests.paper import Paper, at, change

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 20)


def judged(paper: Paper, name: str, *, day: date = DAY):
    report_view = report_view_of(paper.mia, team="North", as_of=day)
    rows = DealVersion.objects.as_of(report_view.moment).filter(deal=paper.deals[name].pk)
    inputs = risk_inputs(moment=report_view.moment, day=report_view.day)
    (found,) = judged_deals(
        rows, moment=report_view.moment, day_of=report_view.calendar.day, inputs=inputs, gone=()
    )
    return found


def reasons(paper: Paper, name: str, *, day: date = DAY):
    deal = judged(paper, name, day=day)
    return deal_reasons(deal, day=day, large=None, rules=ground_on(day).rules)


def ground_on(day: date):
    return risk_inputs(moment=at(day.month, day.day, 23), day=day)


def touch(paper: Paper, name: str, moment, **fields):
    made = ActivityFactory(person=paper.rita, deal=paper.deals[name], occurred_at=moment, **fields)
    Activity.objects.filter(pk=made.pk).update(created_at=moment)


def published(day: date) -> RecomputeRun:
    moment = at(day.month, day.day, 23)
    return RecomputeRun.objects.create(
        as_of=day, moment=moment, trigger="command", state=RunState.DONE,
        finished_at=moment, is_current=True,
    )  # fmt: skip


def test_the_facts_are_those_of_the_deals_own_past(paper: Paper):
    paper.make(
        "pumps", paper.rita, "1000", created_at=at(1, 10), expected_close_on=date(2026, 4, 1)
    )
    deal = paper.deals["pumps"]
    change(deal, at=at(2, 1), stage=paper.propose, amount=1500)
    change(deal, at=at(2, 10), expected_close_on=date(2026, 5, 1))
    change(deal, at=at(3, 1), stage=paper.qualify, amount=1200, expected_close_on=None)
    change(deal, at=at(3, 2), expected_close_on=date(2026, 6, 1))
    for moment, contact in ((at(3, 3), ContactFactory()), (at(3, 5), ContactFactory())):
        touch(paper, "pumps", moment, contact=contact)
    touch(paper, "pumps", at(3, 19), kind="note")

    found = judged(paper, "pumps")

    assert (found.stage, found.stage_days, found.back_from) == ("Qualify", 19, "Propose")
    assert (found.moves.pushes, found.moves.original) == (2, date(2026, 4, 1))
    # 300 of 1,500 are gone; a note reaches nobody.
    assert (found.fell, found.quiet_days, found.people) == (20, 15, 2)


def test_a_past_day_is_judged_by_what_was_known_then(paper: Paper):
    paper.make("pumps", paper.rita, "1000", created_at=at(1, 10), next_step="Call")
    change(paper.deals["pumps"], at=at(2, 1), amount=1500)
    change(paper.deals["pumps"], at=at(3, 10), amount=1000)
    touch(paper, "pumps", at(3, 12))

    assert judged(paper, "pumps", day=date(2026, 2, 15)).fell == 0
    assert judged(paper, "pumps", day=date(2026, 2, 15)).quiet_days == 36
    assert (judged(paper, "pumps").fell, judged(paper, "pumps").quiet_days) == (33, 8)


@pytest.mark.parametrize(
    ("role", "activity", "met"),
    [
        ("economic_buyer", {"kind": "meeting"}, True),
        ("champion", {"kind": "call"}, True),
        ("champion", {"kind": "email", "direction": "in"}, True),
        ("champion", {"kind": "email", "direction": "out"}, False),
        ("champion", {"kind": "call", "minutes": 0}, False),
        ("champion", {"kind": "note"}, False),
        ("technical", {"kind": "meeting"}, False),
    ],
)
def test_a_decision_maker_is_engaged_by_an_exchange(paper: Paper, role, activity, met):
    paper.make("pumps", paper.rita, "1000", created_at=at(1, 10))
    contact = ContactFactory()
    DealContact.objects.create(
        deal=paper.deals["pumps"], contact=contact, role=role, added_at=at(2, 1)
    )
    touch(paper, "pumps", at(3, 3), contact=contact, **activity)

    assert judged(paper, "pumps").met_decision_maker is met
    assert not judged(paper, "pumps", day=date(2026, 3, 2)).met_decision_maker


def test_a_return_counts_for_as_long_as_the_rule_says(paper: Paper):
    paper.make("pumps", paper.rita, "1000", created_at=at(1, 10), stage=paper.propose)
    change(paper.deals["pumps"], at=at(2, 1), stage=paper.qualify)

    assert judged(paper, "pumps", day=date(2026, 3, 2)).back_from == "Propose"
    assert judged(paper, "pumps", day=date(2026, 3, 4)).back_from == ""


def test_waiting_ends_by_itself(paper: Paper):
    paper.make(
        "pumps", paper.rita, "1000", created_at=at(1, 10), expected_close_on=date(2026, 6, 1),
        stage=paper.qualify,
    )  # fmt: skip
    change(paper.deals["pumps"], at=at(3, 1), wait_until=date(2026, 3, 25))
    silent = (Signal.STALLED, Signal.QUIET, Signal.NO_STEP)

    assert reasons(paper, "pumps", day=date(2026, 2, 28)) == silent
    assert reasons(paper, "pumps", day=date(2026, 3, 24)) == (Signal.STALLED,)
    assert reasons(paper, "pumps", day=date(2026, 3, 25)) == silent


def test_a_past_day_is_judged_by_the_rules_of_that_day(paper: Paper):
    paper.make("pumps", paper.rita, "1000", created_at=at(3, 1), next_step="Call",
               expected_close_on=date(2026, 6, 1))  # fmt: skip
    SignalRule.objects.create(signal=Signal.QUIET, is_on=True, limit=5, weight=9, set_at=at(3, 10))
    SignalRule.objects.create(signal=Signal.QUIET, is_on=False, limit=5, weight=9, set_at=at(3, 12))

    assert ground_on(date(2026, 3, 9)).rules[Signal.QUIET] == RULES[Signal.QUIET]
    assert reasons(paper, "pumps", day=date(2026, 3, 9)) == ()
    assert reasons(paper, "pumps", day=date(2026, 3, 11)) == (Signal.QUIET,)
    assert reasons(paper, "pumps", day=date(2026, 3, 13)) == ()


def test_the_norms_of_a_day_are_those_of_the_newest_run_before_it(paper: Paper):
    for day, p75 in ((date(2026, 3, 1), 8), (date(2026, 3, 10), 12)):
        StageNorm.objects.create(
            run=published(day), stage=paper.qualify, deals=10, median=2, p75=p75, fewest=3
        )

    assert ground_on(date(2026, 2, 28)).norm(paper.qualify.pk).days == 20
    assert ground_on(date(2026, 3, 9)).norm(paper.qualify.pk).days == 8
    late = ground_on(date(2026, 3, 10))
    assert (late.norm(paper.qualify.pk).days, late.made_on) == (12, date(2026, 3, 10))
    assert late.norm(paper.propose.pk).days == 20


def test_norms_agree_with_a_statement_over_the_history(paper: Paper, django_assert_num_queries):
    for n in range(12):
        opened = at(1, 2) + timedelta(days=n)
        paper.make(f"won {n}", paper.rita, "100", created_at=opened)
        change(paper.deals[f"won {n}"], at=opened + timedelta(days=n + 1), stage=paper.propose)
        change(paper.deals[f"won {n}"], at=opened + timedelta(days=2 * n + 4), stage=paper.won)
    moment = at(3, 31, 12)

    with django_assert_num_queries(3):
        norms, _ = lessons(moment=moment, day=date(2026, 3, 31))

    rows = DealVersion.objects.raw(
        """
        WITH won AS (SELECT deal_id FROM pipeline_dealversion
                      WHERE status = 'won' AND NOT archived
                        AND valid_from <= %(at)s AND valid_to > %(at)s),
             stood AS (SELECT deal_id, stage_id, floor(extract(epoch FROM
                              sum(valid_to - valid_from)) / 86400) AS days
                         FROM pipeline_dealversion JOIN won USING (deal_id)
                        WHERE status = 'open' GROUP BY 1, 2)
        SELECT stage_id AS id, count(*) AS deals,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS median,
               percentile_cont(0.75) WITHIN GROUP (ORDER BY days) AS p75
          FROM stood GROUP BY 1""",
        {"at": moment},
    )
    expected = {row.pk: (row.deals, float(row.median), float(row.p75)) for row in rows}
    assert len(expected) == 2
    assert {
        stage: (norm.deals, float(norm.median), float(norm.p75)) for stage, norm in norms.items()
    } == expected


def test_what_a_run_learnt_is_stored_once_and_read(paper: Paper):
    norms, limits = lessons(moment=at(4, 30), day=date(2026, 4, 30))
    run = published(date(2026, 4, 30))

    for _ in range(2):
        assert services.store_lessons(run, norms, limits) == 7

    assert (StageNorm.objects.count(), LearntLimit.objects.count()) == (2, 5)
    assert learnt_limits_on(date(2026, 4, 29)) == (None, {})
    assert learnt_limits_on(date(2026, 4, 30)) == (date(2026, 4, 30), limits)
    # Ten deals were won of which nobody ever logged an activity.
    assert limits[Signal.SINGLE_CONTACT].limit is None


STRICT = {
    **RULES,
    Signal.STALLED: RiskRule(110, 14),
    Signal.PUSHED: RiskRule(2, 8),
    Signal.AMOUNT_FELL: RiskRule(25, 6),
    Signal.SINGLE_CONTACT: RiskRule(3, 8),
    Signal.NO_DECISION_MAKER: RiskRule(20, 8),
}


@pytest.mark.parametrize("seed", range(3))
def test_the_filter_finds_what_the_reasons_name(paper: Paper, seed: int):
    dice = random.Random(seed)  # noqa: S311 -- no secret
    account, contacts = AccountFactory(), [ContactFactory() for _ in range(3)]
    for n in range(14):
        _live(paper, dice, f"deal {n}", account, contacts)
    run = published(date(2026, 1, 1))
    for stage in (paper.qualify, paper.propose):
        StageNorm.objects.create(run=run, stage=stage, deals=10, median=9, p75=20, fewest=40)
    services.set_rules(STRICT, by=None)
    report_view = report_view_of(paper.mia, now=at(3, 31))
    inputs = risk_inputs(moment=report_view.moment + timedelta(days=9999), day=report_view.day)
    rows = DealVersion.objects.as_of(report_view.moment).open()
    told = {
        deal.deal: set(deal_reasons(deal, day=report_view.day, large=None, rules=inputs.rules))
        for deal in judged_deals(
            rows, moment=report_view.moment, day_of=report_view.calendar.day, inputs=inputs, gone=()
        )
    }

    for signal in CONDITIONS:
        narrowed = at_risk(rows, report_view, inputs, signal).values_list("deal", flat=True)
        assert set(narrowed) == {deal for deal, why in told.items() if signal in why}, signal
    whole = at_risk(rows, report_view, inputs, Only.AT_RISK).values_list("deal", flat=True)
    assert sorted(whole) == sorted(deal for deal, why in told.items() if why)


def _live(paper: Paper, dice: random.Random, name: str, account, contacts) -> None:
    """Make a deal and let a handful of things happen to it up to the end of March."""
    day = at(1, 2) + timedelta(days=dice.randrange(60), hours=dice.randrange(24))
    paper.make(name, paper.rita, str(dice.randrange(100, 200)), created_at=day)
    while (day := day + timedelta(days=dice.randrange(1, 25), hours=dice.randrange(24))) < at(
        3, 30
    ):
        close = date(2026, 3, 20) + timedelta(days=dice.randrange(60))
        deed = dice.choice([
            {"stage": dice.choice([paper.qualify, paper.propose])},
            {"amount": dice.choice([None, dice.randrange(50, 200)])},
            {"currency": "EUR", "account": account},
            {"expected_close_on": dice.choice([None, close, close])},
            {"next_step": dice.choice(["", "Call"]), "next_step_on": close - timedelta(days=9)},
            {"wait_until": close},
            None,
        ])  # fmt: skip
        if deed is None:
            contact = dice.choice(contacts)
            touch(paper, name, day, kind=dice.choice(["call", "note"]), contact=contact)
            DealContact.objects.get_or_create(
                deal=paper.deals[name], contact=contact,
                role=dice.choice(["champion", "legal"]), defaults={"added_at": day},
            )  # fmt: skip
        else:
            change(paper.deals[name], at=day, **deed)
