"""What dashboards ask of a selection; how it selects is tested with the deal list."""

from datetime import date, timedelta

from analytics.context.reports import organisation_calendar
from org.services import calendar
from pipeline.deals.reports.selection import DealSelection
from tests.factories.org import ReportingLineFactory
from tests.factories.pipeline import DealFactory, StageFactory
from tests.paper import at, build_paper
from tests.worlds import SalesTeam

QUARTER = {"close_from": date(2026, 1, 1), "close_to": date(2026, 4, 1)}


def test_a_figure_of_people_below_includes_every_depth_of_today(sales_team: SalesTeam):
    calendar.ensure_years(2026, 2026)
    DealFactory(owner=sales_team.dana, name="director's")
    DealFactory(owner=sales_team.rita, name="rep's")
    DealFactory(owner=sales_team.stan, name="stranger's")
    won = DealFactory(owner=sales_team.rob, name="won", stage=StageFactory(won=True))
    later = won.created_at + timedelta(days=400)

    rows = DealSelection(below=sales_team.dana.pk).versions(moment=later, day=later.date())
    norths = DealSelection(below=sales_team.mia.pk).versions(moment=later, day=later.date())

    assert {row.name for row in rows} == {"director's", "rep's", "won"}
    assert {row.name for row in norths} == {"rep's"}


def test_totals_of_open_deals_are_shown_by_fiscal_period_only(sales_team: SalesTeam):
    calendar.ensure_years(2026, 2026)
    whole = DealSelection(status="open", team=sales_team.north.pk, **QUARTER)

    assert whole.totals_shown_to(sales_team.mia)
    assert not whole.but(close_to=date(2026, 3, 31)).totals_shown_to(sales_team.mia)
    assert not whole.but(close_to=None).totals_shown_to(sales_team.mia)
    assert not whole.but(amount_min=5).totals_shown_to(sales_team.mia)
    assert not whole.totals_shown_to(sales_team.max)


def test_a_teams_total_of_one_person_needs_that_person_below(sales_team: SalesTeam):
    of_north = DealSelection(status="won", team=sales_team.north.pk)

    assert of_north.but(credited_to=sales_team.rita.pk).totals_shown_to(sales_team.mia)
    assert not of_north.but(credited_to=sales_team.fay.pk).totals_shown_to(sales_team.mia)


def test_totals_of_the_people_below_are_for_who_leads_them(sales_team: SalesTeam):
    below = DealSelection(status="won", below=sales_team.mia.pk)

    assert below.totals_shown_to(sales_team.mia)
    assert below.totals_shown_to(sales_team.dana)
    assert not below.totals_shown_to(sales_team.max)


def test_a_given_tree_of_teams_changes_nothing(db, django_assert_num_queries):
    paper = build_paper()
    ReportingLineFactory(person=paper.mia, manager=paper.max)
    won = DealSelection(status="won", team=paper.sales.pk)

    calendar = organisation_calendar()

    read = won.versions(moment=at(4, 15), day=date(2026, 4, 15))
    with django_assert_num_queries(1):
        given = list(won.versions(moment=at(4, 15), day=date(2026, 4, 15), calendar=calendar))

    assert {row.pk for row in given} == {row.pk for row in read} != set()
