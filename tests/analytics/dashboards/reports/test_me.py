from datetime import date, timedelta
from decimal import Decimal

from analytics.attainment.reports.attainment import Amounts, attainment, subject_of
from analytics.dashboards.reports.me import RECENT_ACTIVITIES, my_report
from org.access import one_request
from tests.analytics.report_views import report_view_of
from tests.factories.org import QuotaFactory
from tests.factories.pipeline import ActivityFactory
from tests.paper import BOOKINGS, Paper, at, set_quotas

AFTER = at(4, 15)


def mine(paper: Paper, person, **options):
    return my_report(report_view_of(person, person=person, **options), person)


def test_my_number_is_the_one_of_attainment(paper: Paper):
    set_quotas(paper)

    report = mine(paper, paper.ron, now=AFTER)

    (expected,) = attainment(
        [subject_of(paper.ron)], period=paper.period("Q1 2026"), measure=BOOKINGS, as_of=AFTER
    )
    # Ron's own page has all that he booked, for whichever team: 15,500.75 of 12,000.
    assert report.attainment == expected
    assert report.attainment.actual == 1_550_075
    assert report.curves.current.whole == 1_550_075


def test_without_a_quota_my_gap_is_undefined(paper: Paper):
    report = mine(paper, paper.rae, now=AFTER)

    assert (report.attainment.share, report.attainment.gap, report.pace.required) == (None,) * 3


def test_what_a_day_must_bring(paper: Paper):
    set_quotas(paper)

    report = mine(paper, paper.rita, now=at(3, 30))

    # 12,000.00 are missing to 22,000.00; 30 and 31 March are left, the 30th begun.
    assert report.pace.days.remaining == 2
    assert report.pace.required == 600_000


def test_open_deals_come_by_what_to_do_next(paper: Paper):
    made = {"created_at": at(4, 1)}
    paper.make("later", paper.rita, "1", **made, next_step="Call", next_step_on=date(2026, 5, 1))
    paper.make("no step", paper.rita, "2", **made)
    paper.make("overdue", paper.rita, "3", **made, next_step="Mail", next_step_on=date(2026, 4, 2))
    paper.make("passed", paper.rita, "4", **made, expected_close_on=date(2026, 4, 10))
    paper.make("soon", paper.rita, None, **made, expected_close_on=date(2026, 4, 20))
    paper.make("not hers", paper.ron, "5", **made)

    report = mine(paper, paper.rita, now=AFTER, period="Q2 2026")

    assert [(todo.deal.name, str(todo.ask)) for todo in report.to_do] == [
        ("passed", "close_passed"),
        ("overdue", "step_overdue"),
        ("no step", "no_step"),
        ("soon", "closes_soon"),
        ("later", "step_ahead"),
    ]
    assert report.all_open == Amounts(deals=5, cents=1000, weighted=200, unpriced=1)
    assert report.closing == Amounts(deals=2, cents=400, weighted=80, unpriced=1)


def test_earlier_periods_keep_their_quotas(paper: Paper):
    set_quotas(paper)
    QuotaFactory(
        person=paper.rita, period=paper.period("Q3 2025"), target=400, set_at=at(7, 1, year=2025)
    )
    paper.win("old", paper.rita, "500", at(7, 10, year=2025), created_at=at(7, 1, year=2025))

    report = mine(paper, paper.rita, now=AFTER, period="Q2 2026")

    assert [(e.period.period.label, e.booked, e.quota, e.share) for e in report.earlier] == [
        ("Q2 2025", 0, None, None),
        ("Q3 2025", 50_000, 40_000, Decimal("1.25")),
        ("Q4 2025", 0, None, None),
        ("Q1 2026", 1_100_000, 2_200_000, Decimal("0.5")),
    ]


def test_recent_activities_are_the_newest_of_the_person(paper: Paper):
    for n in range(RECENT_ACTIVITIES + 2):
        made = ActivityFactory(
            person=paper.rita, occurred_at=at(4, 1) + timedelta(days=n), subject=f"Talk {n}"
        )
        type(made).objects.filter(pk=made.pk).update(created_at=made.occurred_at)
    ActivityFactory(person=paper.ron, occurred_at=at(4, 12))

    report = mine(paper, paper.rita, now=AFTER)

    assert [a.subject for a in report.activities] == [
        f"Talk {n}" for n in range(RECENT_ACTIVITIES + 1, 1, -1)
    ]


def test_the_number_of_statements_is_the_same_for_few_and_many(
    paper: Paper, django_assert_num_queries
):
    assert paper.rita.is_rep  # Reads the roles, which a request has already.
    for _ in range(2):
        report_view = report_view_of(paper.rita, person=paper.rita, now=AFTER)
        with one_request(), django_assert_num_queries(8):
            my_report(report_view, paper.rita)
        for n in range(3):
            paper.make(f"more {n} {_}", paper.rita, "10", created_at=at(4, 2))
