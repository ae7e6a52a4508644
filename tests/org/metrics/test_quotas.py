from datetime import date

import pytest

from org.enums import SubjectKind
from org.metrics import (
    BEGINNING,
    DatedPlacement,
    DatedTree,
    FiscalSpan,
    QuotaBook,
    QuotaPart,
    ResolvedQuota,
    Subject,
    own_quota,
    placed_quotas,
    quota_parts,
    quotas_by_person,
    resolved_quota,
    summed_targets,
)

JANUARY, FEBRUARY, MARCH = (
    FiscalSpan(11, date(2026, 1, 31)),
    FiscalSpan(12, date(2026, 2, 28)),
    FiscalSpan(13, date(2026, 3, 31)),
)
QUARTER = FiscalSpan(1, date(2026, 3, 31), (JANUARY, FEBRUARY, MARCH))
YEAR = FiscalSpan(100, date(2026, 12, 31), (QUARTER, FiscalSpan(2, date(2026, 6, 30))))
ANN, BOB = Subject(SubjectKind.PERSON, 1), Subject(SubjectKind.PERSON, 2)
TOP, NORTH, SOUTH = (Subject(SubjectKind.TEAM, pk) for pk in (10, 20, 30))
EVERYONE = Subject(SubjectKind.EVERYONE)


STILL = DatedTree.still({10: None, 20: 10, 30: 10})


def book(rows, *, teams=None, as_of=date(2026, 12, 31), tree=None):
    """Ann sits in North; Bob in North until the end of January, then in South."""

    def team_on(person, day):
        if teams is not None:
            return teams.get(person)
        return 20 if person == 1 or day < date(2026, 2, 1) else 30

    return QuotaBook(rows=rows, teams=tree or STILL, team_on=team_on, as_of=as_of)


def test_a_period_is_made_of_its_parts():
    assert YEAR.ids() == [100, 1, 11, 12, 13, 2]


def test_own_row_then_parts_then_nothing():
    rows = {(ANN, 1): 500, (ANN, 11): 100, (BOB, 11): 100, (BOB, 12): 120}

    assert own_quota(ANN, QUARTER, book(rows)) == ResolvedQuota(500)
    assert own_quota(ANN, JANUARY, book(rows)) == ResolvedQuota(100)
    assert own_quota(ANN, FEBRUARY, book(rows)) is None
    assert own_quota(BOB, QUARTER, book(rows)) == ResolvedQuota(220, complete=False)
    assert own_quota(BOB, YEAR, book(rows)) == ResolvedQuota(220, complete=False)


def test_all_parts_make_a_complete_quota():
    rows = {(BOB, 11): 100, (BOB, 12): 120, (BOB, 13): 130}

    assert own_quota(BOB, QUARTER, book(rows)) == ResolvedQuota(350)


def test_a_movers_months_are_placed_by_the_end_of_each():
    rows = {(ANN, 1): 500, (BOB, 11): 100, (BOB, 12): 120, (BOB, 13): 130}

    placed = placed_quotas(QUARTER, book(rows))

    assert placed == {
        (BEGINNING, 20): [QuotaPart(ANN, QUARTER, 500), QuotaPart(BOB, JANUARY, 100)],
        (BEGINNING, 30): [QuotaPart(BOB, FEBRUARY, 120), QuotaPart(BOB, MARCH, 130)],
    }


def test_before_the_last_day_the_as_of_day_places_a_quota():
    rows = {(BOB, 1): 350}

    early = placed_quotas(QUARTER, book(rows, as_of=date(2026, 1, 20)))
    late = placed_quotas(QUARTER, book(rows, as_of=date(2026, 2, 20)))

    assert early == {(BEGINNING, 20): [QuotaPart(BOB, QUARTER, 350)]}
    assert late == {(BEGINNING, 30): [QuotaPart(BOB, QUARTER, 350)]}


@pytest.mark.parametrize(
    ("extra", "north", "south", "top", "everyone"),
    [
        ({}, 600, 250, 850, 850),
        ({(NORTH, 1): 1000}, 1000, 250, 1250, 1250),
        ({(NORTH, 11): 400, (NORTH, 12): 400}, 800, 250, 1050, 1050),
        ({(TOP, 1): 2000}, 600, 250, 2000, 2000),
    ],
)
def test_teams_roll_up(extra, north, south, top, everyone):
    rows = {(ANN, 1): 500, (BOB, 11): 100, (BOB, 12): 120, (BOB, 13): 130, **extra}
    known = book(rows)

    found = [resolved_quota(s, QUARTER, known).amount for s in (NORTH, SOUTH, TOP, EVERYONE)]

    assert found == [north, south, top, everyone]


def test_people_outside_of_teams_count_for_everyone_alone():
    known = book({(ANN, 1): 500}, teams={1: None})

    assert resolved_quota(TOP, QUARTER, known) is None
    assert resolved_quota(EVERYONE, QUARTER, known) == ResolvedQuota(500)


def test_territories_roll_up_by_their_own_tree():
    europe, alps = (Subject(SubjectKind.TERRITORY, pk) for pk in (7, 8))
    known = QuotaBook(
        rows={(alps, 1): 70},
        teams=DatedTree(),
        team_on=lambda person, day: None,
        as_of=date(2026, 1, 1),
        territories=DatedTree.still({7: None, 8: 7}),
    )

    assert resolved_quota(europe, QUARTER, known) == ResolvedQuota(70)
    assert resolved_quota(alps, FEBRUARY, known) is None


def test_sums_leave_out_what_is_not_there():
    assert summed_targets(
        [None, ResolvedQuota(3), ResolvedQuota(4, complete=False)]
    ) == ResolvedQuota(7, complete=False)
    assert summed_targets([None]) is None


def test_each_person_has_the_part_that_the_teams_carry():
    known = book({(ANN, 1): 500, (BOB, 11): 100, (BOB, 12): 120, (BOB, 13): 130})

    assert quotas_by_person(QUARTER, known, team=20) == {
        1: ResolvedQuota(500),
        2: ResolvedQuota(100),
    }
    assert quotas_by_person(QUARTER, known, team=10) == {
        1: ResolvedQuota(500),
        2: ResolvedQuota(350),
    }
    assert quotas_by_person(QUARTER, known, team=None) == {
        1: ResolvedQuota(500),
        2: ResolvedQuota(350),
    }
    assert quotas_by_person(QUARTER, known, team=99) == {}


def test_a_quota_counts_for_what_the_team_lay_in_on_the_last_day_of_its_period():
    """North leaves Sales on 15 February: Ann's January counts for Sales, her March does not."""
    rows = {(ANN, 11): 100, (ANN, 12): 10, (ANN, 13): 1, (BOB, 11): 5000}
    moved = DatedTree(
        [
            DatedPlacement(20, 10, BEGINNING, date(2026, 2, 15)),
            DatedPlacement(30, 10, BEGINNING, None),
        ]
    )
    known = book(rows, tree=moved)

    assert quotas_by_person(QUARTER, known, team=10) == {
        1: ResolvedQuota(100),
        2: ResolvedQuota(5000, complete=False),
    }
    assert resolved_quota(TOP, QUARTER, known) == ResolvedQuota(5100, complete=False)
    assert resolved_quota(NORTH, QUARTER, known) == ResolvedQuota(5111, complete=False)
    assert resolved_quota(EVERYONE, QUARTER, known) == ResolvedQuota(5111, complete=False)


def test_a_teams_own_quota_moves_with_it():
    moved = DatedTree([DatedPlacement(20, 10, BEGINNING, date(2026, 2, 15))])
    known = book({(NORTH, 11): 70, (NORTH, 12): 7, (NORTH, 13): 1}, tree=moved)

    assert resolved_quota(TOP, QUARTER, known) == ResolvedQuota(70)
    assert resolved_quota(EVERYONE, QUARTER, known) == ResolvedQuota(78)


def test_a_quota_is_made_of_the_rows_that_were_set():
    """North has its own months but for March; South rolls up what Bob has from February on."""
    rows = {(ANN, 1): 500, (BOB, 11): 100, (BOB, 12): 120, (NORTH, 11): 40, (NORTH, 12): 50}
    known = book(rows)
    of_north = [
        QuotaPart(NORTH, JANUARY, 40, complete=False),
        QuotaPart(NORTH, FEBRUARY, 50, complete=False),
    ]
    of_bob = [QuotaPart(BOB, FEBRUARY, 120, complete=False)]

    assert quota_parts(NORTH, QUARTER, known) == of_north
    assert quota_parts(SOUTH, QUARTER, known) == of_bob
    assert quota_parts(TOP, QUARTER, known) == [*of_north, *of_bob]
    assert quota_parts(EVERYONE, QUARTER, known) == [*of_north, *of_bob]
    assert quota_parts(ANN, FEBRUARY, known) == []
