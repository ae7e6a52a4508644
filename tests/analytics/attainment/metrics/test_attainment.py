from decimal import Decimal

import pytest

from analytics.attainment.metrics import (
    Attainment,
    Credit,
    attained,
    attainment_share,
    gap_to_quota,
)
from org.enums import Measure, SubjectKind
from org.metrics import ResolvedQuota, Subject

NORTH = Subject(SubjectKind.TEAM, 3)


def of(credits, target=None):
    return attained(NORTH, measure=Measure.BOOKINGS, period_id=1, target=target, credits=credits)


@pytest.mark.parametrize(
    ("actual", "quota", "share", "gap"),
    [
        (75_000_00, 100_000_00, Decimal("0.75"), 25_000_00),
        (140_000_00, 100_000_00, Decimal("1.4"), -40_000_00),
        (0, 100_000_00, Decimal(0), 100_000_00),
        (1, 3, Decimal(1) / Decimal(3), 2),
        (75_000_00, None, None, None),
        (0, None, None, None),
    ],
)
def test_share_and_gap(actual, quota, share, gap):
    assert attainment_share(actual, quota) == share
    assert gap_to_quota(actual, quota) == gap


def test_a_team_is_the_sum_of_its_people():
    team = of([Credit(1, 500, 2), Credit(2, -30, 1, 0), Credit(3, 0, 1, 1)], ResolvedQuota(940))

    assert (team.actual, team.cases, team.unpriced) == (470, 4, 1)
    assert (team.share, team.gap) == (Decimal("0.5"), 470)


def test_credits_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="add up"):
        Attainment(NORTH, Measure.BOOKINGS, 1, 471, None, (Credit(1, 470, 1),))


def test_a_quota_of_zero_is_refused():
    with pytest.raises(ValueError, match="greater than zero"):
        of([], ResolvedQuota(0))


def test_nobody_has_booked_nothing():
    assert (of([]).actual, of([]).share) == (0, None)
