"""The simulated organisation behaves like one: ranges stated here are what the demo promises."""

from datetime import date

import numpy as np
import pytest

from workbench.demo.deals import LOST, UNPRICED, WON
from workbench.demo.plan import Plan
from workbench.demo.story import Story, tell

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def story() -> Story:
    return tell(Plan(people=60, months=24, seed=7, today=TODAY))


def test_plan_of_too_few_people_says_so() -> None:
    with pytest.raises(ValueError, match="people: 3 is too few"):
        Plan(people=3, months=24, seed=1, today=TODAY)


def test_people_of_today_are_the_number_asked_for(story: Story) -> None:
    working = [p for p in story.roster.people if p.left_on is None]

    assert len(working) == 60
    assert len({p.email for p in story.roster.people}) == len(story.roster.people)


def test_people_come_move_rise_and_leave(story: Story) -> None:
    left = [p for p in story.roster.reps if p.left_on]
    hired = [p for p in story.roster.reps if p.started_on > story.plan.starts_on]
    teams_of = {
        p.index: {m.team for m in story.roster.memberships if m.person == p.index} for p in left
    }
    moved = [
        p for p in story.roster.people
        if len({m.team for m in story.roster.memberships if m.person == p.index}) > 1
    ]  # fmt: skip
    managers_of = {}
    for line in story.roster.lines:
        managers_of.setdefault(line.person, set()).add(line.manager)

    assert 5 <= len(left) <= 25
    assert all(p.left_on < TODAY for p in left)
    assert len(hired) > len(left) / 2
    assert len(moved) >= 3
    assert all(len(teams) == 1 for teams in teams_of.values())
    assert sum(len(managers) > 1 for managers in managers_of.values()) >= 8


def test_numbers_of_rows_are_those_of_the_default_demo(story: Story) -> None:
    activities = len(story.activities["deal"])

    assert 4_000 <= story.count <= 6_000
    assert 20_000 <= activities <= 40_000


def test_win_rate_is_plausible_and_follows_skill(story: Story) -> None:
    deals, skill = story.deals, story.talent.skill
    closed = deals.stage >= WON
    won = deals.stage == WON
    good = skill[deals.owner] > 0.5
    poor = skill[deals.owner] < -0.5

    assert 0.22 <= won.sum() / closed.sum() <= 0.40
    assert won[good].sum() / closed[good].sum() > won[poor].sum() / closed[poor].sum() + 0.05


def test_won_deals_take_two_to_three_months_and_larger_customers_longer(story: Story) -> None:
    deals = story.deals
    won = deals.stage == WON
    age = deals.entered_on - deals.created_on
    segment = story.market.segment[deals.account]

    assert 50 <= np.median(age[won]) <= 95
    assert np.median(age[won & (segment == 0)]) < np.median(age[won & (segment == 2)])


def test_quarters_end_with_a_rush(story: Story) -> None:
    won = story.deals.stage == WON

    left = story.days.to_quarter_end[story.deals.entered_on[won]]

    # Two of thirteen weeks would hold 15 % of the wins if nobody minded the quarter.
    assert 0.20 <= (left < 14).mean() <= 0.45


def test_close_dates_are_pushed_sometimes_and_by_some_often(story: Story) -> None:
    pushes = story.deals.pushes

    assert 0.3 <= pushes.mean() <= 1.5
    assert (pushes >= 3).any()
    assert (pushes == 0).mean() > 0.4


def test_amounts_grow_shrink_and_are_discounted(story: Story) -> None:
    v = story.versions
    same = (v["deal"][1:] == v["deal"][:-1]) & (v["amount"][:-1] > 0)
    change = v["amount"][1:][same] - v["amount"][:-1][same]
    closing = v["stage"][1:][same] == WON

    assert (change > 0).sum() > 200
    assert (change < 0).sum() > 200
    assert (change[closing] < 0).sum() > 3 * (change[closing] > 0).sum()


def test_deals_are_priced_before_they_are_won(story: Story) -> None:
    deals = story.deals
    unpriced = deals.amount == UNPRICED

    assert not (unpriced & (deals.stage == WON)).any()
    assert (unpriced & (deals.stage < WON)).any()


def test_contact_comes_before_progress(story: Story) -> None:
    v, a = story.versions, story.activities
    forward = (
        np.flatnonzero(
            (v["deal"][1:] == v["deal"][:-1])
            & (v["stage"][1:] > v["stage"][:-1])
            & (v["stage"][1:] < LOST)
        )
        + 1
    )
    contacts: dict[int, list[int]] = {}
    for deal, day, second in zip(a["deal"], a["day"], a["second"], strict=True):
        contacts.setdefault(int(deal), []).append(int(day) * 86_400 + int(second))

    recent = [
        any(
            0 < int(v["day"][n]) * 86_400 + int(v["second"][n]) - at <= 14 * 86_400
            for at in contacts.get(int(v["deal"][n]), ())
        )
        for n in forward
    ]

    assert len(forward) > 5_000
    assert np.mean(recent) > 0.85


def test_lost_deals_went_quiet_first(story: Story) -> None:
    deals = story.deals
    silence = deals.entered_on - deals.touched_on

    assert silence[deals.stage == LOST].mean() > 2 * silence[deals.stage == WON].mean()


def test_optimists_call_deals_early(story: Story) -> None:
    v, optimism = story.versions, story.talent.optimism
    in_proposal = (v["stage"] == 3) & (v["by"] == v["owner"])
    commit = v["override"] == 4
    bold = optimism[v["owner"]] > 0.7
    shy = optimism[v["owner"]] < -0.7

    assert commit[in_proposal & bold].mean() > 2 * commit[in_proposal & shy].mean()


def test_nobody_owns_a_deal_before_the_hire_or_after_the_leave(story: Story) -> None:
    v, talent = story.versions, story.talent
    starts = talent.started_on[v["owner"]]
    last = np.append(v["deal"][1:] != v["deal"][:-1], True)
    until = np.where(last, story.days.today, np.append(v["day"][1:], 0))
    open_then = (v["stage"] < WON) & (v["archived"] == 0)

    assert (v["day"] >= starts).all()
    assert (until[open_then] <= talent.leaves_on[v["owner"]][open_then]).all()
    assert (v["reason"] == 1).sum() > 10


def test_the_organisation_is_alive_today(story: Story) -> None:
    deals, days = story.deals, story.days
    is_open = (deals.stage < WON) & (deals.archived == 0)
    this_week = is_open & (deals.close_on >= days.today) & (deals.close_on < days.today + 7)

    assert is_open.sum() > 300
    assert this_week.sum() >= 3
    assert (is_open & (deals.close_on < days.today)).sum() >= 5
    assert (is_open & (deals.step == 0)).sum() >= 20
    assert (is_open & (days.today - deals.touched_on > 21)).sum() >= 10
    assert (story.versions["day"] >= days.today - 4).sum() >= 20
    assert story.versions["day"].max() < days.today


def test_products_in_a_deal_sum_to_its_amount(story: Story) -> None:
    lines = story.lines
    total = np.zeros(story.count, dtype=np.int64)

    np.add.at(total, lines["deal"], lines["quantity"].astype(np.int64) * lines["cents"])

    has = np.bincount(lines["deal"], minlength=story.count) > 0
    assert has.sum() > 1_000
    assert (total[has] == story.deals.amount[has].astype(np.int64) * 100).all()


def test_same_seed_and_day_give_the_same_story(story: Story) -> None:
    again = tell(story.plan)
    other = tell(Plan(people=60, months=24, seed=8, today=TODAY))

    for name, column in story.versions.items():
        assert (again.versions[name] == column).all(), name
    assert [p.name for p in again.roster.people] == [p.name for p in story.roster.people]
    assert [p.name for p in other.roster.people] != [p.name for p in story.roster.people]


def test_the_asked_number_of_deals_is_exact() -> None:
    plan = Plan(people=20, months=12, seed=1, today=TODAY, deals=2_000)

    assert tell(plan).count == 2_000
