"""Attainment where credit is parted, beside an independent line of SQL and the work on paper."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.attainment.metrics import Credit
from analytics.attainment.reports.attainment import EVERYONE, attainment, subject_of
from analytics.dashboards.reports.me import my_report
from analytics.dashboards.reports.team import team_report
from org.enums import Role
from pipeline.credit.services import Share, split_credit
from pipeline.deals.models import Deal
from tests.analytics.plain_credit import booked_by_person
from tests.analytics.report_views import report_view_of
from tests.factories.org import PersonFactory, TeamMembershipFactory, TerritoryFactory
from tests.paper import BOOKINGS, Paper, at, change

AFTER = at(4, 15)
FIRST_QUARTER = date(2026, 1, 1), date(2026, 4, 1)


def part(paper: Paper, name: str, when, *, overlay=(), **percents: str):
    """Part the deal's credit: ``rita="60", rae="40"``; overlays as (person, percent)."""
    shares = [Share(getattr(paper, who), "revenue", Decimal(p)) for who, p in percents.items()]
    shares += [Share(person, "overlay", Decimal(p)) for person, p in overlay]
    deal = paper.deals[name]
    newest = deal.credit_splits.first()
    return split_credit(
        deal, by=None, shares=shares, reason="Agreed", at=when, seen=newest and newest.pk
    )


def actuals(paper: Paper, *rows, as_of=AFTER) -> list[int]:
    subjects = [row if row is EVERYONE else subject_of(row) for row in rows]
    period = paper.period("Q1 2026")
    found = attainment(subjects, period=period, measure=BOOKINGS, as_of=as_of)
    return [one.actual for one in found]


def agrees(paper: Paper, moment) -> None:
    people = (paper.rita, paper.ron, paper.rae, paper.mia, paper.max)
    expected = booked_by_person(moment, *FIRST_QUARTER)
    assert actuals(paper, *people, as_of=moment) == [expected.get(p.pk, 0) for p in people]


def test_shares_count_for_people_and_teams_and_the_whole_stays(paper: Paper):
    # Of 10,000.00: Rita 6,667.00, Rae 3,333.00. Of 7,000.25: Ron and Mia 3,500.125 each, and the
    # cent that is left is the lower id's, Mia's.
    part(paper, "plain", at(4, 2), rita="66.67", rae="33.33")
    part(paper, "on the day of the move", at(4, 2), ron="50", mia="50")

    people = actuals(paper, paper.rita, paper.ron, paper.rae, paper.mia)
    teams = actuals(paper, paper.north, paper.south, paper.sales, EVERYONE)

    assert people == [1_100_000 - 333_300, 1_550_075 - 350_013, 235_001 + 333_300, 350_013]
    assert teams == [
        1_600_050 - 333_300 + 350_013,
        1_285_026 + 333_300 - 350_013,
        2_885_076,
        2_885_076,
    ]
    agrees(paper, AFTER)


def test_what_was_agreed_later_leaves_a_past_day_alone(paper: Paper):
    part(paper, "plain", at(2, 1), rita="50", rae="50")
    part(paper, "plain", at(4, 10), rita="10", rae="90")
    part(paper, "plain", at(4, 12))

    rita = [actuals(paper, paper.rita, as_of=at(4, day))[0] for day in (9, 11, 13)]

    assert rita == [600_000, 200_000, 1_100_000]
    for moment in (at(1, 20), at(2, 2), at(4, 9), at(4, 11), at(4, 13)):
        agrees(paper, moment)


def test_reopening_takes_back_all_parts_and_winning_again_gives_them(paper: Paper):
    part(paper, "plain", at(2, 1), rita="50", rae="50", overlay=[(paper.max, "20")])
    change(paper.deals["plain"], at=at(4, 3), stage=paper.propose)
    reopened = actuals(paper, paper.rita, paper.rae, EVERYONE, as_of=at(4, 4))
    change(paper.deals["plain"], at=at(4, 5), stage=paper.won, closed_on=date(2026, 3, 31))

    assert reopened == [100_000, 235_001, 1_885_076]
    assert actuals(paper, paper.rita, paper.rae) == [600_000, 735_001]


def test_an_overlay_stands_apart_and_is_in_no_total(paper: Paper):
    part(paper, "plain", at(4, 2), rita="100", overlay=[(paper.rae, "25"), (paper.max, "100")])
    subjects = [subject_of(row) for row in (paper.rita, paper.rae, paper.south, paper.north)]

    found = attainment(subjects, period=paper.period("Q1 2026"), measure=BOOKINGS, as_of=AFTER)

    assert [one.actual for one in found] == [1_100_000, 235_001, 1_285_026, 1_600_050]
    assert [one.overlay for one in found] == [0, 250_000, 1_250_000, 0]
    assert [c for c in found[2].credits if c.person == paper.max.pk] == [
        Credit(paper.max.pk, 0, 0, overlay=1_000_000)
    ]


def test_a_share_counts_for_the_team_of_the_day_of_the_closing(paper: Paper):
    # Ron moves from North to South on 10 February; this deal is of 15 January.
    part(paper, "plain", at(4, 2), ron="100")

    assert actuals(paper, paper.rita, paper.north) == [100_000, 1_600_050]


def test_territories_keep_each_deal_whole(paper: Paper):
    west = TerritoryFactory(name="West")
    before = actuals(paper, west)
    part(paper, "plain", at(4, 2), rita="10", rae="90")

    assert actuals(paper, west) == before


def test_the_pages_agree_with_the_figures_and_add_up(paper: Paper):
    admin = PersonFactory(roles=[Role.ADMIN])
    outsider = PersonFactory(full_name="Una Unplaced", roles=[Role.REP])
    paper.una = outsider
    part(paper, "plain", at(2, 1), rita="60", ron="30", una="10", overlay=[(paper.mia, "50")])
    part(paper, "before the move", at(2, 20), rae="100")

    for team in ("Everyone", "Sales", "North", "South"):
        report = team_report(report_view_of(admin, team=team, now=AFTER))
        rows = {row.person: row.booked for row in report.rows if row.person}
        assert sum(rows.values()) == report.attainment.actual
        assert report.attainment.actual == report.curves.current.whole
    for person in (paper.rita, paper.ron, paper.rae, paper.mia, outsider):
        mine = my_report(report_view_of(admin, person=person, now=AFTER), person)
        assert mine.attainment.actual == mine.curves.current.whole
        assert [mine.attainment.actual] == actuals(paper, person)
    assert my_report(
        report_view_of(admin, person=paper.mia, now=AFTER), paper.mia
    ).attainment.overlay == (500_000)
    agrees(paper, AFTER)


def test_splits_cost_one_statement_and_none_where_there_are_none(paper: Paper):
    admin = PersonFactory(roles=[Role.ADMIN])

    def statements() -> int:
        report_view = report_view_of(admin, team="Sales", now=AFTER)
        with CaptureQueriesContext(connection) as queries:
            team_report(report_view)
        return len(queries)

    without = statements()
    part(paper, "plain", at(2, 1), rita="50", rae="50")
    once = statements()
    for name in ("before the move", "last minutes"):
        part(paper, name, at(4, 1), rita="50", rae="50")

    assert (once - without, statements() - once) == (1, 0)


def test_a_deal_without_an_amount_has_nothing_to_part(paper: Paper):
    part(paper, "without an amount", at(4, 2), rae="100")

    assert actuals(paper, paper.rita, paper.rae) == [1_100_000, 235_001]


@pytest.mark.parametrize("seed", range(6))
def test_random_splits_agree_with_plain_sql_at_every_moment(paper: Paper, seed: int):
    rng = Random(seed)  # noqa: S311 -- no secret
    people = [paper.rita, paper.ron, paper.rae, paper.mia, paper.max]
    TeamMembershipFactory(person=PersonFactory(), team=paper.north)
    won = list(Deal.objects.filter(status="won", archived_at=None, amount__isnull=False))
    for day in range(1, 15):
        deal = rng.choice(won)
        chosen = rng.sample(people, rng.randint(1, 4))
        cuts = sorted(rng.sample(range(1, 10_000), len(chosen) - 1))
        edges = [0, *cuts, 10_000]
        shares = [
            Share(person, "revenue", Decimal(edges[n + 1] - edges[n]) / 100)
            for n, person in enumerate(chosen)
        ]
        newest = deal.credit_splits.first()
        split_credit(
            deal, by=None, shares=shares, reason="x", at=at(4, day), seen=newest and newest.pk
        )

    for day in (1, 4, 8, 14):
        moment = at(4, day, 11)
        agrees(paper, moment)
        whole, *teams = actuals(paper, EVERYONE, paper.north, paper.south, as_of=moment)
        assert whole == sum(teams) == sum(booked_by_person(moment, *FIRST_QUARTER).values())
