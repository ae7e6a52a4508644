from collections import Counter
from dataclasses import replace
from datetime import date
from statistics import median

import pytest
from django.db import connection

from analytics.attainment.metrics import Outcomes, win_rate
from analytics.dashboards.reports.team import team_report
from analytics.metrics.reports.closings import cuts_report
from analytics.metrics.reports.outcomes import outcomes_report
from org.models.people import Person
from pipeline.deals.models import Deal
from pipeline.stages.models import LossReason
from tests.analytics.report_views import report_view_of
from tests.paper import at

AFTER = at(4, 15)


def names() -> dict[int, str]:
    return dict(Person.objects.values_list("pk", "full_name"))


@pytest.mark.parametrize("team", ["Everyone", "Sales", "North", "South"])
def test_the_win_rate_is_that_of_the_dashboard(market, eve, team):
    report_view = report_view_of(eve, team=team, now=AFTER)

    found = outcomes_report(report_view, reached=None, names=names())

    dashboard = team_report(report_view).total
    assert found.whole.outcomes == dashboard.outcomes
    assert win_rate(found.whole.outcomes) == win_rate(dashboard.outcomes)
    assert found.whole.ends.won_days == dashboard.cycle


def test_the_figures_are_those_of_plain_sql(market, eve):
    report_view = report_view_of(eve, team="Everyone", now=AFTER)

    found = outcomes_report(report_view, reached=None, names=names())

    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT status, amount_base,
                   closed_on - (created_at AT TIME ZONE 'America/New_York')::date, lost_reason
              FROM pipeline_deal
             WHERE status <> 'open' AND archived_at IS NULL
               AND closed_on BETWEEN '2026-01-01' AND '2026-03-31'
        """)
        rows = cursor.fetchall()
    won = [row for row in rows if row[0] == "won"]
    lost = [row for row in rows if row[0] == "lost"]
    assert found.whole.outcomes == Outcomes(
        won=len(won),
        lost=len(lost),
        won_cents=sum(int(row[1] * 100) for row in won if row[1]),
        lost_cents=sum(int(row[1] * 100) for row in lost if row[1]),
        unpriced=sum(not row[1] for row in rows),
    )
    assert found.whole.ends.won_days.median == median(row[2] for row in won)
    assert found.whole.ends.lost_days.median == median(row[2] for row in lost)
    reasons = {line.label: line.outcomes.lost for line in found.reasons.lines}
    by_reason = Counter(row[3] for row in lost)
    labels = {None: "No reason given", **dict(LossReason.objects.values_list("code", "name"))}
    assert reasons == {labels[reason]: number for reason, number in by_reason.items()}


def test_counted_from_a_stage_only_what_came_that_far_counts(market, eve):
    report_view = report_view_of(eve, team="Everyone", now=AFTER)

    found = outcomes_report(report_view, reached=market.propose.pk, names=names())

    every = outcomes_report(report_view, reached=None, names=names()).whole.outcomes
    lost = Deal.objects.filter(status="lost", closed_on__range=("2026-01-01", "2026-03-31"))
    came = lost.filter(versions__stage=market.propose).distinct().count()
    assert found.whole.outcomes.won == every.won
    assert found.whole.outcomes.lost == came
    assert 0 < came < every.lost


def test_people_who_report_elsewhere_now_are_one_line(market):
    report_view = report_view_of(market.mia, now=AFTER)
    mias = dict(Person.objects.led_by(market.mia).values_list("pk", "full_name"))

    found = outcomes_report(report_view, reached=None, names=mias)

    lines = {line.label: line for line in found.people.lines}
    assert set(lines) == {"Rita Rep", "People who now report to somebody else"}
    hidden = lines["People who now report to somebody else"]
    assert (hidden.deals, hidden.href()) == (None, None)
    assert hidden.outcomes.closed > 0


def test_a_cohort_is_what_was_created_whatever_became_of_it(market, eve):
    report_view = report_view_of(eve, team="Everyone", now=AFTER)

    newest = outcomes_report(report_view, reached=None, names=names()).cohorts[0]

    made = Deal.objects.filter(
        archived_at=None, created_at__gte=at(1, 1, 0), created_at__lt=at(4, 1, 0)
    )
    by_status = Counter(made.values_list("status", flat=True))
    cohort = newest.cohort
    assert cohort.period.label == "Q1 2026"
    assert {"won": cohort.won, "lost": cohort.lost, "open": cohort.open} == by_status
    assert newest.immature


def test_the_past_is_told_as_it_was(market, eve):
    early = report_view_of(eve, team="Everyone", as_of=date(2026, 1, 31))

    found = outcomes_report(early, reached=None, names=names())

    known = Deal.objects.filter(closed_on__range=("2026-01-01", "2026-01-31"))
    # One was won in January, reopened in February and won again; one was archived in March.
    assert found.whole.outcomes.closed == known.count() + 1


def test_cuts_add_up_and_products_may_overlap(market, eve):
    found = cuts_report(report_view_of(eve, team="Everyone", now=AFTER), reached=None)

    whole = found.whole.outcomes
    assert {line.label for line in found.sources.lines} == {"Web", "Referral", "No source"}
    assert {line.label for line in found.industries.lines} == {"Retail", "Energy", "No industry"}
    rivals = {line.label: line.outcomes for line in found.competitors.lines}
    against = Deal.objects.filter(
        closed_on__range=("2026-01-01", "2026-03-31"), competitor__name="Rival Works"
    )
    assert rivals["Rival Works"].won == against.filter(status="won").count() > 0
    assert rivals["Rival Works"].lost == against.filter(status="lost").count() > 0
    products = {line.label: line.outcomes.closed for line in found.products}
    for name in ("Lamp", "Mirror"):
        closed = Deal.objects.filter(closed_on__range=("2026-01-01", "2026-03-31"))
        assert products[name] == closed.filter(lines__product__name=name).count()
    assert sum(products.values()) > whole.closed


def test_pipeline_created_is_counted_by_source(market, eve):
    found = cuts_report(report_view_of(eve, team="Everyone", now=AFTER), reached=None)

    made = Deal.objects.filter(
        archived_at=None, created_at__gte=at(1, 1, 0), created_at__lt=at(4, 1, 0)
    )
    assert found.created.count == made.count()
    web = next(row for row in found.created_by_source if row.label == "Web")
    assert web.count == made.filter(source="Web").count()
    assert web.unpriced == made.filter(source="Web", amount=None).count()


def test_a_month_has_no_quarter_end(market, eve):
    found = outcomes_report(
        report_view_of(eve, team="Everyone", now=AFTER, period="Feb 2026"),
        reached=None,
        names=names(),
    )

    assert found.late is None
    assert (
        found.whole.outcomes.closed
        == Deal.objects.filter(
            closed_on__range=("2026-02-01", "2026-02-28"), archived_at=None
        ).count()
    )


def test_lines_and_weeks_that_do_not_add_up_are_refused(market, eve):
    found = outcomes_report(
        report_view_of(eve, team="Everyone", now=AFTER), reached=None, names=names()
    )

    with pytest.raises(ValueError, match="weeks add up to"):
        replace(found, weeks=found.weeks[1:])
    with pytest.raises(ValueError, match="lines add up to"):
        replace(found.people, lines=found.people.lines[1:])
