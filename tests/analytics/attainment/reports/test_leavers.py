"""What somebody who left leaves behind: seen by the managers, counted for the team, named."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from analytics.attainment.reports.attainment import attainment, subject_of
from analytics.dashboards.reports.team import TeamReport, team_report
from analytics.dashboards.reports.trend import open_pipeline_trend
from analytics.risk.enums import Signal
from analytics.risk.reports.attention import open_deals, risk_inputs_of
from org import access
from org.models.people import Person
from org.models.teams import TeamMembership
from org.services import people
from org.services import places as assignments
from pipeline.deals.models import Deal
from tests.analytics.report_views import report_view_of
from tests.factories.org import ReportingLineFactory, TeamMembershipFactory
from tests.paper import BOOKINGS, Paper, at, change

GONE = date(2026, 2, 16)
BEFORE, AFTER = at(2, 15, 23), at(2, 16, 12)


@pytest.fixture
def left(paper: Paper) -> Paper:
    """Rita has 5,000.00 open, closing in March, and 900.00 closing in May; then she leaves."""
    made = {"created_at": at(2, 3), "next_step": "Call", "next_step_on": date(2026, 12, 31)}
    paper.make("soon", paper.rita, "5000.00", expected_close_on=date(2026, 3, 25), **made)
    paper.make("late", paper.rita, "900.00", expected_close_on=date(2026, 5, 5), **made)
    return paper


def deactivate(person: Person, on: date = GONE, successor: Person | None = None) -> None:
    people.deactivate(person, by=None, on=on, successor=successor)


def figures(report: TeamReport) -> object:
    return (
        report.attainment,
        report.all_open,
        [(row.name, row.booked, row.quota, row.closing, row.left_on) for row in report.rows],
        [(prompt.deal.name, prompt.reasons) for prompt in report.attention.deals],
    )


def test_the_open_deals_of_a_leaver_stay_in_the_team(left: Paper):
    deactivate(left.rita)

    report = team_report(report_view_of(left.mia, team="North", now=AFTER))

    row = next(row for row in report.rows if row.person == left.rita.pk)
    assert (row.closing.cents, row.left_on, row.sells) == (500_000, GONE, False)
    assert report.total.closing.cents == 500_000
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 100 * sum(amount_base) FROM pipeline_dealversion WHERE status = 'open'"
            " AND owner_id = %(rita)s AND valid_from <= %(at)s AND valid_to > %(at)s",
            {"rita": left.rita.pk, "at": AFTER},
        )
        assert cursor.fetchone() == (Decimal(report.all_open.cents),)
    trend = open_pipeline_trend(report_view_of(left.mia, team="North", now=AFTER))
    assert (trend[-1].cents, trend[-1].day) == (report.all_open.cents, GONE)


def test_deals_of_a_leaver_need_attention_whenever_they_close(left: Paper):
    before = team_report(report_view_of(left.mia, team="North", now=BEFORE)).attention.deals
    assert not {"soon", "late"} & {prompt.deal.name for prompt in before}

    deactivate(left.rita)

    report = team_report(report_view_of(left.mia, team="North", now=AFTER))
    assert [prompt.reasons[0] for prompt in report.attention.deals] == [Signal.OWNER_LEFT] * 3
    report_view = report_view_of(left.mia, team="North", now=AFTER)
    looked_at = open_deals(
        report_view,
        inputs=risk_inputs_of(report_view),
        owners=[left.rita.pk],
        gone=[left.rita.pk],
        due_by=date(2026, 4, 1),
    )
    assert {deal.name for deal in looked_at if deal.owner_left} > {"soon", "late"}


def test_days_before_the_leaving_stay_as_they_were(left: Paper):
    yesterday = GONE - timedelta(days=1)
    before = figures(team_report(report_view_of(left.mia, team="North", as_of=yesterday)))

    deactivate(left.rita)

    assert figures(team_report(report_view_of(left.mia, team="North", as_of=yesterday))) == before


def test_what_is_won_before_anybody_has_it_counts_for_the_team(left: Paper):
    deactivate(left.rita)
    wanted = [subject_of(left.north), subject_of(left.rita)]
    q1 = {"period": left.period("Q1 2026"), "measure": BOOKINGS}
    before = [found.actual for found in attainment(wanted, as_of=AFTER, **q1)]

    change(left.deals["soon"], at=at(2, 20), stage=left.won)

    after = [found.actual for found in attainment(wanted, as_of=at(2, 21), **q1)]
    assert [new - old for new, old in zip(after, before, strict=True)] == [500_000, 500_000]
    report_view = report_view_of(left.mia, team="North", now=at(2, 21))
    assert left.deals["soon"].pk in report_view.versions(report_view.won).values_list(
        "deal", flat=True
    )


def test_reassigning_takes_the_deal_along(left: Paper):
    deactivate(left.rita)
    change(left.deals["soon"], at=at(2, 17), owner=left.rae)

    north, south = (
        team_report(report_view_of(lead, team=team, now=at(2, 18)))
        for lead, team in ((left.mia, "North"), (left.max, "South"))
    )

    assert (north.total.closing.cents, south.total.closing.cents) == (0, 500_000)


def test_a_group_without_a_team_keeps_the_deals_but_not_the_quota(left: Paper):
    TeamMembership.objects.filter(person=left.mia).delete()
    deactivate(left.rita)

    report = team_report(report_view_of(left.mia, now=AFTER))

    row = next(row for row in report.rows if row.person == left.rita.pk)
    assert (row.closing.cents, row.quota, row.left_on) == (500_000, None, GONE)


def test_the_line_goes_on_above_a_manager_who_left_too(left: Paper):
    ReportingLineFactory(person=left.mia, manager=left.max)
    deactivate(left.rita)
    deactivate(left.mia, on=access.today(), successor=left.max)

    visible = Deal.objects.visible_to(left.max)

    assert left.deals["soon"] in visible
    assert not Deal.objects.visible_to(left.rae).filter(pk=left.deals["soon"].pk).exists()


def test_somebody_who_comes_back_takes_their_deals_along(left: Paper):
    deactivate(left.rita)
    people.reactivate(left.rita, by=None)
    assignments.join_team(left.rita, by=None, team=left.south, since=date(2026, 2, 20))

    north = report_view_of(left.mia, team="North", now=at(2, 21))
    south = report_view_of(left.max, team="South", now=at(2, 21))

    assert not north.versions(north.open).exists()
    names = south.versions(south.open).filter(owner=left.rita).values_list("name", flat=True)
    assert {"soon", "late"} < set(names)
    assert left.deals["soon"] not in Deal.objects.visible_to(left.mia)


def test_the_database_refuses_a_seat_that_would_count_twice(left: Paper):
    deactivate(left.rita)

    with pytest.raises(IntegrityError, match="membership_one_team_a_day"):
        TeamMembershipFactory(person=left.rita, team=left.south, valid_from=date(2026, 3, 1))
