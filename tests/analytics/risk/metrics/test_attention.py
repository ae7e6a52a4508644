from datetime import date, timedelta

import pytest

from analytics.risk.metrics.attention import (
    PersonReason,
    PersonStatus,
    Thresholds,
    deal_prompts,
    next_up,
    person_prompts,
    person_reasons,
    to_do_list,
)
from analytics.risk.metrics.risk import OpenDeal, deal_reasons
from analytics.risk.metrics.stage_norms import Norm

TODAY = date(2026, 3, 10)
QUIET_DEAL = {
    "deal": 1,
    "name": "Pumps",
    "owner": 7,
    "cents": 50_000_00,
    "close_on": TODAY + timedelta(days=40),
    "category": "pipeline",
    "stage": "Propose",
    "stage_days": 3,
    "norm": Norm(expected=20),
    "next_step": "Send the offer",
    "next_step_on": TODAY,
    "quiet_days": 2,
    "touched": True,
}


def deal(**fields) -> OpenDeal:
    return OpenDeal(**{**QUIET_DEAL, **fields})


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({}, ()),
        ({"close_on": TODAY - timedelta(days=1)}, ("close_passed",)),
        ({"close_on": TODAY}, ("not_committed",)),
        ({"close_on": TODAY + timedelta(days=13)}, ("not_committed",)),
        ({"close_on": TODAY + timedelta(days=14)}, ()),
        ({"close_on": TODAY, "category": "commit"}, ()),
        ({"close_on": TODAY, "cents": 49_999_99}, ()),
        ({"close_on": TODAY, "cents": None}, ()),
        ({"next_step_on": TODAY - timedelta(days=1)}, ("step_overdue",)),
        ({"next_step": "", "next_step_on": None}, ("no_step",)),
        ({"next_step_on": None}, ()),
        ({"stage_days": 30}, ("stalled",)),
        ({"stage_days": 29}, ()),
        ({"stage_days": 999, "norm": Norm()}, ()),
        ({"quiet_days": 14}, ("quiet",)),
        ({"quiet_days": 13}, ()),
        ({"close_on": None}, ("no_close_date",)),
        (
            {"close_on": date(2026, 1, 1), "quiet_days": 60, "next_step": ""},
            ("close_passed", "quiet", "no_step"),
        ),
    ],
)
def test_each_reason_starts_at_its_threshold(fields, reasons):
    assert deal_reasons(deal(**fields), day=TODAY, large=50_000_00) == reasons


def test_without_a_quota_no_deal_is_large():
    assert deal_reasons(deal(close_on=TODAY, cents=10**12), day=TODAY, large=None) == ()


def test_the_most_urgent_come_first_and_a_deal_has_one_line():
    passed = {"close_on": TODAY - timedelta(days=3)}
    deals = [
        deal(deal=1, owner=1),
        deal(deal=2, owner=2, next_step=""),
        deal(deal=3, owner=3, cents=100, **passed),
        deal(deal=4, owner=4, cents=900, **passed),
        deal(deal=5, owner=5, cents=1, quiet_days=20, **passed),
        deal(deal=6, owner=6, cents=None, quiet_days=15),
    ]

    found = deal_prompts(deals, day=TODAY, large=None)

    assert [prompt.deal.deal for prompt in found] == [5, 4, 3, 6, 2]


def test_nobody_has_more_than_a_handful_of_lines():
    deals = [deal(deal=n, owner=n % 2, cents=n, quiet_days=30) for n in range(1, 41)]

    found = deal_prompts(deals, day=TODAY, large=None)

    assert [prompt.deal.deal for prompt in found] == [40, 39, 38, 37, 36, 35]


def test_the_list_is_short():
    deals = [deal(deal=n, owner=n, quiet_days=30) for n in range(50)]

    assert len(deal_prompts(deals, day=TODAY, large=None)) == Thresholds().deals_shown


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({}, ()),
        ({"actual": 79}, ("behind",)),
        ({"actual": 80}, ()),
        ({"actual": 0, "expected": None}, ()),
        ({"actual": 0, "expected": 0}, ()),
        ({"quiet_days": 14}, ("quiet",)),
        ({"quiet_days": None}, ("quiet",)),
        ({"quota": None, "expected": None}, ("no_quota",)),
    ],
)
def test_a_person_needs_attention(fields, reasons):
    standing = PersonStatus(
        **{"person": 1, "quota": 500, "actual": 90, "expected": 100, "quiet_days": 3, **fields}
    )

    assert person_reasons(standing) == reasons


def test_people_are_ranked_by_urgency_and_by_what_is_missing():
    people = [
        PersonStatus(person=1, quota=None, actual=0, expected=None, quiet_days=1),
        PersonStatus(person=2, quota=100, actual=10, expected=50, quiet_days=1),
        PersonStatus(person=3, quota=900, actual=10, expected=400, quiet_days=1),
        PersonStatus(person=4, quota=900, actual=400, expected=400, quiet_days=1),
        PersonStatus(person=5, quota=900, actual=400, expected=400, quiet_days=None),
    ]

    found = person_prompts(people)

    assert [prompt.standing.person for prompt in found] == [3, 2, 5, 1]
    assert found[0].reasons == (PersonReason.BEHIND,)


@pytest.mark.parametrize(
    ("fields", "ask", "due"),
    [
        ({"next_step_on": TODAY - timedelta(days=1)}, "step_overdue", TODAY - timedelta(days=1)),
        ({"close_on": TODAY - timedelta(days=2)}, "close_passed", TODAY - timedelta(days=2)),
        ({"next_step_on": TODAY}, "step_today", TODAY),
        (
            {"next_step_on": None, "close_on": TODAY + timedelta(days=13)},
            "closes_soon",
            TODAY + timedelta(days=13),
        ),
        ({"next_step_on": None, "next_step": "", "close_on": None}, "no_step", None),
        (
            {"next_step_on": TODAY + timedelta(days=3)},
            "step_ahead",
            TODAY + timedelta(days=3),
        ),
    ],
)
def test_a_deal_asks_for_one_thing(fields, ask, due):
    todo = next_up(deal(**fields), day=TODAY)

    assert (todo.ask, todo.due_on) == (ask, due)


def test_the_most_pressing_comes_first_then_the_earliest_then_the_largest():
    ahead = {"next_step_on": TODAY + timedelta(days=5)}
    deals = [
        deal(deal=1, **ahead),
        deal(deal=2, cents=1, next_step_on=TODAY - timedelta(days=1)),
        deal(deal=3, cents=9, next_step_on=TODAY - timedelta(days=1)),
        deal(deal=4, next_step_on=TODAY - timedelta(days=2)),
        deal(deal=5, next_step="", next_step_on=None, close_on=None),
    ]

    assert [todo.deal.deal for todo in to_do_list(deals, day=TODAY)] == [4, 3, 2, 5, 1]


def test_the_own_list_gives_the_reasons_of_the_teams_list():
    passed = deal(deal=1, close_on=TODAY - timedelta(days=1), quiet_days=30, next_step="")
    due_today = deal(deal=2, next_step_on=TODAY)
    quiet = deal(deal=3, quiet_days=30, next_step_on=TODAY + timedelta(days=1))
    fine = deal(deal=4, next_step_on=TODAY + timedelta(days=1))

    listed = to_do_list([fine, quiet, due_today, passed], day=TODAY, large=None)

    assert [todo.deal.deal for todo in listed] == [1, 2, 3, 4]
    for todo in listed:
        assert todo.reasons == deal_reasons(todo.deal, day=TODAY, large=None)
