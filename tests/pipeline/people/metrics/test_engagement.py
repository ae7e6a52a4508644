from datetime import UTC, datetime, timedelta

import pytest

from pipeline.enums import BuyingRole
from pipeline.people.metrics import (
    Engagement,
    Gap,
    RoleNeed,
    Touch,
    engagement,
    is_exchange,
    stakeholder_gaps,
    usual_needs,
)

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)
CHAMPION, BUYER, TECHNICAL = (
    BuyingRole.CHAMPION,
    BuyingRole.ECONOMIC_BUYER,
    BuyingRole.TECHNICAL,
)


def touch(kind="meeting", *, contact=1, direction="", minutes=None, days_ago=0.0):
    return Touch(contact, kind, direction, minutes, NOW - timedelta(days=days_ago))


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (touch("meeting"), True),
        (touch("call"), True),
        (touch("call", direction="out", minutes=3), True),
        (touch("call", minutes=0), False),
        (touch("email"), False),
        (touch("email", direction="out"), False),
        (touch("email", direction="in"), True),
        (touch("email", direction="both"), True),
        (touch("note", direction="both", minutes=9), False),
    ],
)
def test_an_exchange_is_what_both_sides_took_part_in(one, counts):
    assert is_exchange(one) is counts


def test_the_last_exchange_and_those_of_thirty_days_are_told_of_each_contact():
    found = engagement(
        [
            touch(days_ago=40),
            touch(days_ago=30),
            touch(days_ago=29.9),
            touch("email", direction="in", days_ago=2),
            touch("email", direction="out", days_ago=1),
            touch(days_ago=-1),
            touch(contact=2, days_ago=90),
            touch("note", contact=3),
        ],
        at=NOW,
    )

    assert found == {
        1: Engagement(NOW - timedelta(days=2), 2),
        2: Engagement(NOW - timedelta(days=90), 0),
    }


def gaps(place, playing, met=(), needs=None):
    found = stakeholder_gaps(needs or usual_needs(5), place=place, playing=playing, met=met)
    return [(gap.need.role, gap.need.place, gap.named) for gap in found]


def test_who_is_missing_grows_with_the_stage():
    assert gaps(0, {}) == []
    assert gaps(1, {}) == [(CHAMPION, 1, False)]
    assert gaps(2, {CHAMPION: {1}}) == [(CHAMPION, 1, True), (BUYER, 2, False)]
    assert gaps(2, {CHAMPION: {1}, BUYER: {2}}, met={1}) == []
    assert gaps(4, {CHAMPION: {1}, BUYER: {2}}, met={1}) == [
        (BUYER, 4, True),
        (TECHNICAL, 4, False),
    ]
    assert gaps(4, {CHAMPION: {1}, BUYER: {2, 3}, TECHNICAL: {3}}, met={1, 3}) == []


def test_a_role_is_told_once_by_the_earliest_stage_that_lacks_it():
    needs = [RoleNeed(3, BUYER, engaged=True), RoleNeed(1, BUYER, engaged=False)]

    found = stakeholder_gaps(needs, place=4, playing={}, met=())

    assert found == [Gap(needs[1], named=False)]


@pytest.mark.parametrize("stages", range(1, 9))
def test_the_usual_needs_lie_on_stages_that_there_are(stages):
    needs = usual_needs(stages)

    assert all(0 <= need.place < stages for need in needs)
    by_last = stakeholder_gaps(needs, place=stages - 1, playing={}, met=())
    assert {gap.need.role for gap in by_last} == {CHAMPION, BUYER, TECHNICAL}
    met_nobody = {CHAMPION: {1}, BUYER: {1}, TECHNICAL: {1}}
    assert len(stakeholder_gaps(needs, place=stages - 1, playing=met_nobody, met=())) == 3
