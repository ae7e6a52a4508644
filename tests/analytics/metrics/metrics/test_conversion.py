from decimal import Decimal

import pytest

from analytics.metrics.metrics.conversion import (
    StageStep,
    Stays,
    Way,
    skipped_by,
    skips,
    stage_conversion,
    stage_flows,
    way_of,
)

FIRST = StageStep(1, "First", 1, 10, "open")
SECOND = StageStep(2, "Second", 1, 20, "open")
THIRD = StageStep(3, "Third", 1, 30, "open")
WON = StageStep(8, "Won", 1, 90, "won")
LOST = StageStep(9, "Lost", 1, 99, "lost")
# Of another pipeline, whose orders say nothing here.
OTHER = StageStep(20, "Renewal", 2, 15, "open")
STEPS = [FIRST, SECOND, THIRD, WON, LOST, OTHER]


def stay(stage: int, went_to: int | None, cases: int = 1, **given: object) -> Stays:
    defaults = {"came_from": 1, "counts": True, "days": 5, "deal": None}
    defaults["ended"] = went_to is not None
    return Stays(stage=stage, went_to=went_to, cases=cases, **{**defaults, **given})


@pytest.mark.parametrize(
    ("went_to", "way"),
    [
        (None, Way.STILL),
        (THIRD, Way.FORWARD),
        (FIRST, Way.BACK),
        (WON, Way.WON),
        (LOST, Way.LOST),
        (OTHER, Way.ELSEWHERE),
    ],
)
def test_a_deal_leaves_a_stage_one_way(went_to, way):
    assert way_of(SECOND, went_to) is way


def test_the_conversion_worked_on_paper():
    """Ten entered: 4 went on, 1 was won, 2 lost, 1 went back, 2 are there still."""
    rows = [stay(2, 3, 4), stay(2, 8), stay(2, 9, 2), stay(2, 1), stay(2, None, 2)]

    second = stage_flows(STEPS, rows, ages={2: {7: 2}})[1]

    assert (second.entered, second.left) == (10, 8)
    assert stage_conversion(second) == Decimal(5) / 8
    assert (second.days.cases, second.ages.cases, second.ages.median) == (8, 2, 7)


def test_what_entered_again_counts_for_time_alone():
    rows = [stay(2, 3, days=4), stay(2, 9, days=8, counts=False)]

    second = stage_flows(STEPS, rows, ages={})[1]

    assert (second.entered, second.days.cases, second.days.median) == (1, 2, 6)


def test_deals_that_passed_a_stage_over_are_counted_beside_each_once():
    rows = [
        stay(1, 3, deal=1),  # past the second
        stay(1, 8, deal=2),  # won from the first: past second and third
        stay(3, 9, deal=3, came_from=None),  # made in the third: past first and second
        stay(3, 1, deal=4),  # back, which skips nothing
        stay(1, 3, deal=2),  # past the second once more
    ]

    first, second, third, other = stage_flows(STEPS, rows, ages={})

    assert (first.skipped, second.skipped, third.skipped, other.skipped) == (1, 3, 1, 0)
    assert skipped_by(STEPS, rows) == {1: {3}, 2: {1, 2, 3}, 3: {2}}


def test_skips_are_told_by_how_a_deal_comes_and_goes():
    assert skips(STEPS, came_from=FIRST, stage=FIRST, went_to=THIRD) == {2}
    assert skips(STEPS, came_from=FIRST, stage=SECOND, went_to=WON) == {3}
    assert skips(STEPS, came_from=None, stage=THIRD) == {1, 2}
    assert skips(STEPS, came_from=FIRST, stage=SECOND, went_to=LOST) == set()
    assert skips(STEPS, came_from=SECOND, stage=THIRD, went_to=FIRST) == set()
    assert skips(STEPS, came_from=FIRST, stage=FIRST, went_to=OTHER) == set()


def test_a_stage_that_nobody_left_has_no_conversion():
    still = stage_flows(STEPS, [stay(1, None, 3)], ages={})[0]

    assert stage_conversion(still) is None
