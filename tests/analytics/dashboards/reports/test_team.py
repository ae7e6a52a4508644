import dataclasses
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from analytics.attainment.metrics import Outcomes
from analytics.attainment.reports.attainment import Amounts
from analytics.context.reports import organisation_calendar, scopes_of
from analytics.dashboards.reports.team import TeamReport, team_report
from analytics.dashboards.reports.team_rows import TeamRow
from analytics.dashboards.reports.trend import open_pipeline_trend
from analytics.risk.metrics.risk import deal_reasons
from analytics.risk.reports.attention import open_deals as open_deals_of
from analytics.risk.reports.attention import risk_inputs_of
from org.access import one_request
from org.enums import Role
from org.models.people import Person
from org.services import trees
from tests.analytics.report_views import report_view_of
from tests.factories.org import (
    PersonFactory,
    QuotaFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.factories.pipeline import ActivityFactory
from tests.paper import Paper, at, change, set_quotas

AFTER = at(4, 15)
MIDDLE = at(2, 16)


@pytest.fixture
def eve(paper: Paper) -> Person:
    return PersonFactory(full_name="Eve Executive", roles=(Role.EXECUTIVE,))


def open_deals(paper: Paper) -> None:
    """In February: Rita 5,000.00 at 50 %, Ron 3,333.33 at 20 %, Rae one without an amount, all
    closing in March; Rae 1,000.00 at 20 % closing in April.
    """
    made = {"created_at": at(2, 3)}
    march = {**made, "expected_close_on": date(2026, 3, 25)}
    paper.make("rita's", paper.rita, "5000.00", stage=paper.propose, **march)
    paper.make("ron's", paper.ron, "3333.33", **march)
    paper.make("rae's", paper.rae, None, **march)
    paper.make("rae's later", paper.rae, "1000", **made, expected_close_on=date(2026, 4, 10))


def rows(report: TeamReport) -> dict[str, TeamRow]:
    return {row.name: row for row in report.rows}


def test_the_dashboard_is_the_one_worked_out_on_paper(paper: Paper, eve: Person):
    set_quotas(paper)
    open_deals(paper)

    report = team_report(report_view_of(eve, team="North", now=MIDDLE))

    # Of Q1 by 16 February 2026: Rita 10,000 and 9,999 (archived in March), Ron 5,000.50 before
    # his move. What he won after it counts for South, and so do his quotas from February on.
    assert report.attainment.actual == 1_000_000 + 999_900 + 500_050
    assert report.attainment.quota == 2_200_000 + 300_000
    assert {name: row.booked for name, row in rows(report).items()} == {
        "Rita Rep": 1_999_900,
        "Ron Rep": 500_050,
    }
    assert {name: row.quota for name, row in rows(report).items()} == {
        "Rita Rep": 2_200_000,
        "Ron Rep": 300_000,
    }
    assert rows(report)["Ron Rep"].left_on == date(2026, 2, 10)
    assert rows(report)["Rita Rep"].left_on is None
    assert report.total.outcomes == Outcomes(won=3, lost=1, won_cents=2_499_950, lost_cents=800_000)
    # From 2 January to 15 January, 22 January and 9 February.
    assert report.total.cycle.median == Decimal(20)


def test_open_pipeline_is_that_of_the_members_of_the_day(paper: Paper, eve: Person):
    open_deals(paper)

    north = team_report(report_view_of(eve, team="North", now=MIDDLE))
    south = team_report(report_view_of(eve, team="South", now=MIDDLE))

    assert north.total.closing == Amounts(deals=1, cents=500_000, weighted=250_000)
    # 3,333.33 at 20 % is 666.666: rounded for the deal, before anything is added up. The deal
    # won twice is open again since 1 February, and Ron's since the 15th, at 50 %, without a date.
    # Rae's two in euro are won on the 19th and 20th: until then 1,100.00 and 1,100.01 at 20 %.
    assert south.total.closing == Amounts(deals=2, cents=333_333, weighted=66_667, unpriced=1)
    assert south.all_open == Amounts(
        deals=6,
        cents=333_333 + 100_000 + 300_000 + 110_000 + 110_001,
        weighted=66_667 + 20_000 + 150_000 + 22_000 + 22_000,
        unpriced=1,
    )
    assert [(bar.label, bar.all.deals) for bar in south.by_stage] == [
        ("Qualify", 5),
        ("Propose", 1),
    ]
    assert [(bar.label, bar.all.cents) for bar in south.by_category] == [
        ("pipeline", 653_334),
        ("best_case", 300_000),
    ]


def test_the_dashboard_agrees_with_plain_sql(paper: Paper, eve: Person):
    open_deals(paper)
    report = team_report(report_view_of(eve, team="Sales", now=AFTER))

    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FILTER (WHERE status = 'won'), count(*) FILTER (WHERE status = 'lost'),
                   coalesce(sum(amount_base) FILTER (WHERE status = 'won'), 0) * 100,
                   percentile_cont(0.5) WITHIN GROUP (ORDER BY closed_on
                       - (created_at AT TIME ZONE 'America/New_York')::date)
                       FILTER (WHERE status = 'won')
              FROM pipeline_deal
             WHERE archived_at IS NULL AND closed_on BETWEEN '2026-01-01' AND '2026-03-31'
            """
        )
        won, lost, booked, median = cursor.fetchone()

    assert (report.total.outcomes.won, report.total.outcomes.lost) == (won, lost)
    assert report.attainment.actual == booked
    assert float(report.total.cycle.median) == median


def test_a_past_day_shows_what_stood_then_and_later_edits_leave_it(paper: Paper, eve: Person):
    set_quotas(paper)
    open_deals(paper)
    day = date(2026, 2, 9)
    before = team_report(report_view_of(eve, team="North", as_of=day))

    change(paper.deals["plain"], at=at(4, 20), amount=Decimal(1))
    change(paper.deals["rita's"], at=at(4, 20), owner=paper.rae, amount=Decimal(7))
    paper.win("new", paper.rita, "77.00", at(4, 21), created_at=at(4, 20))
    QuotaFactory(person=paper.rita, period=paper.period("Q1 2026"), target=1, set_at=at(4, 22))
    after = team_report(report_view_of(eve, team="North", as_of=day))

    # Ron is still in North, with all his quota; the deal lost on the 2nd is lost, 9,999 is won.
    assert {name: row.quota for name, row in rows(before).items()} == {
        "Rita Rep": 2_200_000,
        "Ron Rep": 1_200_000,
    }
    assert rows(before)["Ron Rep"].booked == 500_050
    assert dataclasses.replace(after, report_view=before.report_view) == dataclasses.replace(
        before, rows=after.rows, total=after.total
    )
    assert [(r.name, r.booked, r.closing, r.quota) for r in after.rows] == [
        (r.name, r.booked, r.closing, r.quota) for r in before.rows
    ]


def test_as_of_today_and_now_are_one_number(paper: Paper, eve: Person):
    open_deals(paper)
    end_of_day = organisation_calendar().end_of(date(2026, 4, 15))

    past = team_report(report_view_of(eve, team="Sales", as_of=date(2026, 4, 15)))
    now = team_report(report_view_of(eve, team="Sales", now=end_of_day))

    assert past.attainment == now.attainment
    assert past.total.closing == now.total.closing
    assert past.curves == now.curves


def test_each_deal_counts_once_for_a_team_of_teams(paper: Paper, eve: Person):
    parts = [team_report(report_view_of(eve, team=name, now=AFTER)) for name in ("North", "South")]
    whole = team_report(report_view_of(eve, team="Sales", now=AFTER))
    everyone = team_report(report_view_of(eve, team="Everyone", now=AFTER))

    assert sum(part.attainment.actual for part in parts) == whole.attainment.actual
    assert everyone.attainment.actual == whole.attainment.actual
    assert Counter(row.name for row in whole.rows) == Counter(["Rae Rep", "Rita Rep", "Ron Rep"])


def test_people_whom_the_viewer_may_not_see_are_one_line(paper: Paper):
    set_quotas(paper)
    open_deals(paper)
    report = team_report(report_view_of(paper.mia, now=AFTER))

    # Ron reports to Max today: Mia's team keeps his bookings, she sees their sum.
    assert [(row.person is None, row.people, row.booked) for row in report.rows] == [
        (False, 1, 1_100_000),
        (True, 1, 500_050),
    ]
    hidden = report.rows[1]
    assert hidden.of(report.report_view.won) is None
    assert hidden.quota == 300_000
    assert hidden.outcomes.won == 1
    TeamMembershipFactory(person=PersonFactory(roles=(Role.REP,)), team=paper.north)
    assert len(team_report(report_view_of(paper.mia, now=AFTER)).rows) == 2


def test_a_manager_without_a_team_looks_at_the_people_below(paper: Paper):
    lena = PersonFactory(full_name="Lena Lead", roles=(Role.MANAGER,))
    ReportingLineFactory(person=paper.max, manager=lena)
    set_quotas(paper)

    report = team_report(report_view_of(lena, now=AFTER))

    # The people below are Max, Rae and Ron: all that Ron booked, for whichever team.
    assert report.report_view.scope.label == "Lena Lead and reports"
    assert report.attainment.actual == 1_550_075 + 235_001
    assert report.attainment.quota == 1_200_000
    assert {row.name for row in report.rows} == {"Rae Rep", "Ron Rep"}


def test_what_is_not_given_to_people_is_told(paper: Paper, eve: Person):
    set_quotas(paper)
    QuotaFactory(
        person=None,
        team=paper.north,
        period=paper.period("Q1 2026"),
        target=30_000,
        set_at=at(1, 2),
    )

    north = team_report(report_view_of(eve, team="North", now=AFTER))
    south = team_report(report_view_of(eve, team="South", now=AFTER))

    assert (north.attainment.quota, north.unallocated) == (3_000_000, 500_000)
    assert (south.attainment.quota, south.unallocated) == (900_000, 0)
    assert south.without_quota == 1  # Rae


def test_without_any_quota_nothing_is_made_up(paper: Paper, eve: Person):
    report = team_report(report_view_of(eve, team="North", now=MIDDLE))

    assert (report.attainment.share, report.pace.linear, report.pace.required) == (None,) * 3
    assert report.unallocated is None
    assert report.total.coverage is None


def test_pace_is_by_working_days_and_by_earlier_quarters(paper: Paper, eve: Person):
    set_quotas(paper)
    # Two earlier quarters: half and a quarter of their bookings by the 31st of their 64 or 66
    # working days.
    for day, amount in (((7, 10), "50"), ((9, 30), "50"), ((10, 10), "25"), ((12, 20), "75")):
        paper.win(
            f"old {day}", paper.rita, amount, at(*day, year=2025), created_at=at(7, 1, year=2025)
        )

    report = team_report(report_view_of(eve, team="North", now=MIDDLE))

    # Q1 2026 has 64 working days; 32 are over before Monday 16 February.
    assert (report.pace.days.total, report.pace.days.elapsed) == (64, 32)
    assert report.pace.linear == report.attainment.share / Decimal("0.5")
    assert report.pace.seasonal_share == Decimal("0.375")
    assert report.pace.expected == 2_500_000 * 3 // 8
    assert report.pace.required == round((2_500_000 - 2_499_950) / 32)
    assert [curve.whole for curve in report.curves.earlier] == [0, 0, 10_000, 10_000]


def test_the_trend_of_each_day_is_what_a_look_as_of_that_day_shows(paper: Paper, eve: Person):
    open_deals(paper)
    change(paper.deals["rita's"], at=at(2, 20), amount=Decimal(6000))
    change(paper.deals["ron's"], at=at(2, 25), expected_close_on=date(2026, 4, 20))
    change(paper.deals["rae's later"], at=at(2, 26), archived_at=at(2, 26))

    for team in ("North", "South", "Everyone"):
        trend = open_pipeline_trend(report_view_of(eve, team=team, now=at(3, 2)))
        assert [each.day for each in trend] == [
            date(2026, 1, 1) + timedelta(days=n) for n in range(61)
        ]
        for each in trend[:-1:4]:
            report = team_report(report_view_of(eve, team=team, as_of=each.day))
            assert (each.cents, each.deals) == (report.all_open.cents, report.all_open.deals)
            assert each.closing_cents == report.total.closing.cents


def test_a_period_to_come_has_no_trend(paper: Paper, eve: Person):
    assert open_pipeline_trend(report_view_of(eve, period="Q2 2026", now=MIDDLE)) == []


def test_attention_names_the_deal_and_its_reasons(paper: Paper):
    set_quotas(paper)
    open_deals(paper)
    seen = ActivityFactory(person=paper.rita, deal=paper.deals["rita's"], occurred_at=at(2, 25))
    type(seen).objects.update(created_at=at(2, 25))

    report_view = report_view_of(paper.mia, now=at(3, 5))
    deal = next(
        d
        for d in open_deals_of(
            report_view, inputs=risk_inputs_of(report_view), owners=[paper.rita.pk]
        )
        if d.name == "rita's"
    )
    report = team_report(report_view)

    # 30 days in a stage of 20 expected days stall it; eight days without activity do not.
    assert (deal.stage_days, deal.quiet_days, deal.touched) == (30, 8, True)
    assert deal_reasons(deal, day=report_view.day, large=None) == ("stalled", "no_step")
    # Rita's three that she wins on the last days of March have been silent since January.
    assert [(p.deal.name, p.deal.quiet_days) for p in report.attention.deals] == [
        ("last minutes", 62),
        ("first minutes after", 62),
        ("without an amount", 62),
    ]
    assert report.attention.large == 125_000


def test_the_time_in_a_stage_is_that_of_the_past_day(paper: Paper, eve: Person):
    open_deals(paper)
    change(paper.deals["rita's"], at=at(2, 10), next_step="Call")
    change(paper.deals["rita's"], at=at(2, 20), stage=paper.qualify)
    change(paper.deals["rita's"], at=at(3, 1), stage=paper.propose)

    def days(day: date) -> int:
        report_view = report_view_of(eve, team="North", as_of=day)
        found = open_deals_of(
            report_view, inputs=risk_inputs_of(report_view), owners=[paper.rita.pk]
        )
        return next(deal.stage_days for deal in found if deal.name == "rita's")

    # In Propose from the 3rd, in Qualify from 20 February on.
    assert days(date(2026, 2, 18)) == 15
    assert days(date(2026, 2, 25)) == 5


def test_people_far_behind_their_usual_pace_are_named(paper: Paper):
    set_quotas(paper)
    for day, amount in (((7, 10), "50"), ((9, 30), "50"), ((10, 10), "50"), ((12, 20), "50")):
        paper.win(
            f"old {day}", paper.rita, amount, at(*day, year=2025), created_at=at(7, 1, year=2025)
        )
    change(paper.deals["plain"], at=at(2, 1), archived_at=at(2, 1))

    report = team_report(report_view_of(paper.mia, now=MIDDLE))

    (prompt,) = report.attention.people
    # Half of 22,000 is usual by now; 9,999 are booked, above 80 % of it: only the silence counts.
    assert (prompt.standing.expected, prompt.standing.actual) == (1_100_000, 999_900)
    assert prompt.reasons == ("quiet",)


def test_a_report_that_does_not_add_up_is_refused(paper: Paper, eve: Person):
    report = team_report(report_view_of(eve, team="North", now=AFTER))

    with pytest.raises(ValueError, match="bookings add up"):
        dataclasses.replace(report, rows=[])


def test_an_empty_team_and_a_team_of_one(paper: Paper, eve: Person):
    TeamFactory(name="Empty")
    solo = TeamFactory(name="Solo")
    sol = PersonFactory(full_name="Sol Solo", roles=(Role.REP,))
    TeamMembershipFactory(person=sol, team=solo)

    empty = team_report(report_view_of(eve, team="Empty", now=AFTER))
    alone = team_report(report_view_of(eve, team="Solo", now=AFTER))

    assert (empty.rows, empty.attainment.actual, empty.by_stage) == ([], 0, [])
    assert [(row.name, row.booked, row.share) for row in alone.rows] == [("Sol Solo", 0, None)]


def test_what_each_viewer_may_choose(paper: Paper, eve: Person):
    rita, lena = paper.rita, PersonFactory(full_name="Lena", roles=(Role.MANAGER,))
    calendar = organisation_calendar()

    def choices(viewer: Person) -> list[tuple[str, int]]:
        return [(scope.label, scope.depth) for scope in scopes_of(viewer, calendar)]

    assert choices(eve) == [("Everyone", 0), ("Sales", 0), ("North", 1), ("South", 1)]
    assert choices(paper.mia) == [("North", 0)]
    assert choices(lena) == [("Lena and reports", 0)]
    assert choices(rita) == []


@pytest.mark.parametrize("team", ["North", "South", "Sales", "Everyone"])
def test_every_figure_is_the_sum_of_the_rows_of_its_selection(paper: Paper, eve: Person, team: str):
    set_quotas(paper)
    open_deals(paper)

    def summed(report_view, selection) -> int:
        rows = selection.versions(moment=report_view.moment, day=report_view.day)
        return int((rows.aggregate(s=Sum("amount_base"))["s"] or 0) * 100)

    for moment in (MIDDLE, AFTER):
        report = team_report(report_view_of(eve, team=team, now=moment))
        report_view = report.report_view
        for row in (*report.rows, report.total):
            assert summed(report_view, row.of(report_view.won)) == row.booked
            assert summed(report_view, row.of(report_view.closing)) == row.closing.cents
            closed = row.of(report_view.closed).versions(
                moment=report_view.moment, day=report_view.day
            )
            assert closed.count() == row.outcomes.closed
        for bar in report.by_stage:
            assert summed(report_view, report_view.open.but(stage=bar.key)) == bar.all.cents
        for bar in report.by_category:
            assert (
                summed(report_view, report_view.closing.but(category=bar.key)) == bar.closing.cents
            )


def test_the_number_of_statements_is_the_same_for_few_and_many(
    paper: Paper, django_assert_num_queries
):
    for _ in range(2):
        report_view = report_view_of(paper.mia, now=MIDDLE)
        with one_request(), django_assert_num_queries(8):
            team_report(report_view)
        for person in (paper.rita, PersonFactory(roles=(Role.REP,))):
            if person is not paper.rita:
                TeamMembershipFactory(person=person, team=paper.north)
                ReportingLineFactory(person=person, manager=paper.mia)
            paper.make(f"more of {person}", person, "10", created_at=at(2, 3))


def test_moving_a_team_leaves_what_was_before(paper: Paper, eve: Person):
    """North leaves Sales on 10 March: what it booked and had open until then stays Sales'."""
    set_quotas(paper)
    open_deals(paper)
    early = team_report(report_view_of(eve, team="Sales", as_of=date(2026, 3, 9)))

    trees.move(paper.north, by=None, parent=None, since=date(2026, 3, 10))

    again = team_report(report_view_of(eve, team="Sales", as_of=date(2026, 3, 9)))
    assert again.attainment == early.attainment
    assert [(row.name, row.booked, row.quota, row.closing) for row in again.rows] == [
        (row.name, row.booked, row.quota, row.closing) for row in early.rows
    ]
    late = team_report(report_view_of(eve, team="Sales", now=AFTER))
    # All of the quarter but what Rita booked after 10 March: the 1,000.00 of its last minutes.
    assert late.attainment.actual == 2_885_076 - 100_000
    # Ron's months end in South; Rita's quarter ends in North, which is no part of Sales by then.
    assert late.attainment.quota == 300_000 + 400_000 + 500_000
    assert rows(late)["Rita Rep"].left_on == date(2026, 3, 10)
    found = late.report_view.versions(late.report_view.won).aggregate(Sum("amount_base"))[
        "amount_base__sum"
    ]
    assert int(found * 100) == late.attainment.actual


def test_the_trend_follows_a_team_that_moves(paper: Paper, eve: Person):
    open_deals(paper)
    trees.move(paper.north, by=None, parent=None, since=date(2026, 2, 20))
    trees.move(paper.north, by=None, parent=paper.sales, since=date(2026, 2, 27))

    with CaptureQueriesContext(connection) as asked:
        trend = open_pipeline_trend(report_view_of(eve, team="Sales", now=at(3, 2)))

    assert sum("pipeline_dealversion" in each["sql"] for each in asked) == 1
    for each in trend[45:-1]:
        report = team_report(report_view_of(eve, team="Sales", as_of=each.day))
        assert (each.cents, each.deals) == (report.all_open.cents, report.all_open.deals)


def test_a_moving_team_asks_for_no_more_statements(paper: Paper, eve: Person):
    def asked() -> int:
        report_view = report_view_of(eve, team="Sales", now=AFTER)
        with CaptureQueriesContext(connection) as queries:
            team_report(report_view)
        return len(queries)

    before = asked()
    trees.move(paper.north, by=None, parent=None, since=date(2026, 2, 20))

    assert asked() == before
