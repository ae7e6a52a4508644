from decimal import Decimal

import numpy as np

from forecasting.methods.history import (
    GONE,
    LOST,
    MOVED,
    NOBODY,
    STAYED,
    UNPRICED,
    WEEKS,
    WON,
    History,
    Memberships,
)
from tests.forecasting.simulation import QUARTERS, START, closed, history, opened


def test_states_hold_from_their_day_until_the_next() -> None:
    known = history([opened(1, 100), opened(1, 110, stage=1), closed(1, 120)], stages=2)

    assert [known.open_at(t).tolist() for t in (99, 100, 109, 110, 119, 120)] == [
        [], [0], [0], [1], [1], [],
    ]  # fmt: skip
    assert known.won_at(119, 0, 999).tolist() == []
    assert known.won_at(120, 120, 121).tolist() == [2]
    assert known.won_at(120, 121, 999).tolist() == []


def test_a_closing_entered_late_is_not_known_before() -> None:
    known = history([opened(1, 100), (1, 130, 1, -1, WON, 500, 120, 1)])

    assert known.won_at(129, 120, 121).tolist() == []
    assert known.won_at(130, 120, 121).tolist() == [1]


def booked(known: History, t: int) -> dict[int, int]:
    found = known.bookings.at(t, 120, 130)
    return dict(zip(found.person.tolist(), found.cents.tolist(), strict=True))


def test_credit_is_the_owners_until_it_is_parted_and_after_it_is_taken_back() -> None:
    halves, thirds = {1: Decimal(50), 2: Decimal(50)}, {2: Decimal("66.67"), 3: Decimal("33.33")}
    known = history(
        [opened(1, 100), closed(1, 120, cents=101)],
        splits={1: [(125, halves), (128, thirds), (140, {})]},
    )

    assert [booked(known, t) for t in (119, 120, 124, 125, 127, 128, 139, 140)] == [
        {}, {1: 101}, {1: 101}, {1: 51, 2: 50}, {1: 51, 2: 50}, {2: 67, 3: 34}, {2: 67, 3: 34},
        {1: 101},
    ]  # fmt: skip


def test_credit_parted_before_the_closing_waits_for_it() -> None:
    known = history(
        [
            opened(1, 100), closed(1, 120, cents=100), opened(1, 123),
            closed(1, 126, status=LOST), closed(1, 129, owner=4, cents=200),
            opened(2, 100), closed(2, 121, owner=4, cents=7),
            closed(3, 122, owner=5, cents=UNPRICED),
        ],
        splits={1: [(90, {1: Decimal(100)}), (101, {1: Decimal(25), 2: Decimal(75)})]},
    )  # fmt: skip

    assert [booked(known, t) for t in (119, 120, 122, 123, 128, 129)] == [
        {}, {1: 25, 2: 75}, {1: 25, 2: 75, 4: 7}, {4: 7}, {4: 7}, {1: 50, 2: 150, 4: 7},
    ]  # fmt: skip
    assert known.bookings.at(129, 120, 122).person.tolist() == [4]


def test_a_stay_ends_by_what_follows() -> None:
    known = history(
        [
            opened(1, 100), opened(1, 103, owner=2), opened(1, 108, stage=1), closed(1, 122),
            opened(2, 100), closed(2, 107, status=LOST),
            opened(3, 100), (3, 114, 1, -1, GONE, 0, -1, -1),
            opened(4, 100),
        ],
        stages=2,
    )  # fmt: skip

    weeks = known.deal_weeks
    found = sorted(zip(weeks.end, weeks.stage, weeks.week, weeks.outcome, strict=True))

    assert found == [
        # Deals 1, 2 and 4 pass a first week; a new owner changes no stay.
        (106, 0, 0, STAYED), (106, 0, 0, STAYED), (106, 0, 0, STAYED), (106, 0, 0, STAYED),
        (113, 0, 1, STAYED), (113, 0, 1, STAYED), (113, 0, 1, LOST), (113, 0, 1, MOVED + 1),
        (114, 1, 0, STAYED),
        (120, 0, 2, STAYED), (120, 0, 2, GONE),
        (121, 1, 1, STAYED),
        (128, 1, 2, WON),
    ]  # fmt: skip
    assert (np.diff(weeks.end) >= 0).all()


def test_a_very_long_stay_counts_in_the_last_week() -> None:
    known = history([opened(1, 100), closed(1, 100 + 7 * 200)])

    assert known.deal_weeks.week.max() == WEEKS - 1
    assert len(known.deal_weeks.week) == 201


def test_a_reopened_deal_stays_again() -> None:
    known = history([opened(1, 100), closed(1, 103, status=LOST), opened(1, 110), closed(1, 112)])

    assert known.entered.tolist() == [100, 103, 110, 112]
    assert sorted(known.deal_weeks.outcome) == [WON, LOST]


def test_teams_are_those_of_the_day() -> None:
    seats = Memberships(*np.array([[1, 7, 10, 20], [1, 8, 20, 30], [3, 9, 5, 15]]).T.copy())

    people = np.array([1, 1, 1, 1, 2, 3, 3])
    days = np.array([9, 10, 20, 30, 10, 14, 15])

    assert seats.team_on(people, days).tolist() == [NOBODY, 7, 8, NOBODY, NOBODY, 9, NOBODY]


def test_position_counts_whole_weeks_to_the_quarters_end() -> None:
    known = history([opened(1, START)])
    end = int(QUARTERS[np.searchsorted(QUARTERS, START, side="right")])

    places = known.quarter_position(np.array([end - 1, end - 7, end - 8, START, end]))

    assert places.tolist() == [0, 0, 1, 12, 12]


def test_nothing_at_all_is_a_history_too() -> None:
    known = history([])

    assert known.open_at(100).tolist() == []
    assert len(known.deal_weeks.end) == 0
    assert len(known.bookings.at(100, 0, 999).cents) == 0
