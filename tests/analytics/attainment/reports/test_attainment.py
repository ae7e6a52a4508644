from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from analytics.attainment.reports.attainment import EVERYONE, attainment, subject_of
from org.enums import Measure, SubjectKind
from org.metrics import Subject
from tests.factories.org import PersonFactory, QuotaFactory, TerritoryFactory
from tests.factories.pipeline import ActivityFactory, DealFactory
from tests.paper import BOOKINGS, Paper, at, change, set_quotas

AFTER = at(4, 15)


def reached(paper: Paper, *rows, as_of=AFTER, measure=BOOKINGS, label="Q1 2026"):
    subjects = [row if isinstance(row, Subject) else subject_of(row) for row in rows]
    return attainment(subjects, period=paper.period(label), measure=measure, as_of=as_of)


def actuals(paper: Paper, *rows, **options) -> list[int]:
    return [found.actual for found in reached(paper, *rows, **options)]


def quotas(paper: Paper, *rows, **options) -> list[int | None]:
    return [found.quota for found in reached(paper, *rows, **options)]


def test_bookings_are_those_worked_out_on_paper(paper: Paper):
    people = actuals(paper, paper.rita, paper.ron, paper.rae, paper.mia)
    teams = actuals(paper, paper.north, paper.south, paper.sales, EVERYONE)

    assert people == [1_100_000, 1_550_075, 235_001, 0]
    assert teams == [1_600_050, 1_285_026, 2_885_076, 2_885_076]


def test_a_mover_has_credit_in_both_teams_by_the_day_of_the_closing(paper: Paper):
    north, south = reached(paper, paper.north, paper.south)

    assert {c.person: c.actual for c in north.credits}[paper.ron.pk] == 500_050
    assert {c.person: c.actual for c in south.credits}[paper.ron.pk] == 700_025 + 350_000


def test_a_deal_without_an_amount_is_counted_apart(paper: Paper):
    (rita,) = reached(paper, paper.rita)

    assert (rita.cases, rita.unpriced, rita.actual) == (3, 1, 1_100_000)


def test_the_sum_agrees_with_plain_sql(paper: Paper):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.team_id, (sum(d.amount_base) * 100)::bigint
              FROM pipeline_deal d JOIN org_teammembership m
                ON m.person_id = d.credited_to_id
               AND daterange(m.valid_from, m.valid_to) @> d.closed_on
             WHERE d.status = 'won' AND d.archived_at IS NULL
               AND d.closed_on BETWEEN '2026-01-01' AND '2026-03-31'
             GROUP BY 1
            """
        )
        by_team = dict(cursor.fetchall())

    north, south = actuals(paper, paper.north, paper.south)

    assert by_team == {paper.north.pk: north, paper.south.pk: south}


def test_a_reopened_deal_counts_where_and_when_it_was_won_last(paper: Paper):
    then = reached(paper, paper.rita, paper.ron, as_of=at(1, 25))
    between = reached(paper, paper.rita, paper.ron, as_of=at(2, 8))

    # On 25 January: 10,000 and 3,000 and 9,999 of the deal that is archived in March.
    assert [found.actual for found in then] == [2_299_900, 0]
    assert [found.actual for found in between] == [1_999_900, 0]


def test_an_archived_deal_counts_until_it_is_archived(paper: Paper):
    before, after = (actuals(paper, paper.rita, as_of=at(3, 1, hour)) for hour in (9, 11))

    assert before == [1_999_900]
    assert after == [1_000_000]


def test_periods_end_at_midnight_of_the_organisation(paper: Paper):
    assert actuals(paper, paper.rita, label="Mar 2026") == [100_000]
    assert actuals(paper, paper.rita, label="Apr 2026") == [60_000]


def test_later_changes_leave_a_past_look_alone(paper: Paper):
    set_quotas(paper)
    moment = at(2, 16)
    rows = (paper.rita, paper.ron, paper.north, paper.south, EVERYONE)
    before = reached(paper, *rows, as_of=moment)

    change(paper.deals["plain"], at=at(4, 20), amount=Decimal(1))
    change(paper.deals["on the day of the move"], at=at(4, 20), archived_at=at(4, 20))
    paper.win("new", paper.rita, "77.00", at(4, 21), created_at=at(4, 20))
    QuotaFactory(person=paper.rita, period=paper.period("Q1 2026"), target=1, set_at=at(4, 22))

    assert reached(paper, *rows, as_of=moment) == before


def test_editing_a_note_on_an_old_won_deal_moves_nothing(paper: Paper):
    before = actuals(paper, paper.rita, label="Q2 2026", as_of=at(5, 1))

    change(paper.deals["plain"], at=at(4, 20), next_step="Send flowers", win_evidence="Signed")

    assert actuals(paper, paper.rita, label="Q2 2026", as_of=at(5, 1)) == before == [60_000]


def test_without_a_quota_attainment_is_undefined(paper: Paper):
    (rae,) = reached(paper, paper.rae)

    assert (rae.quota, rae.share, rae.gap) == (None, None, None)


def test_attainment_is_not_capped(paper: Paper):
    set_quotas(paper)

    (ron,) = reached(paper, paper.ron)

    assert ron.quota == 1_200_000
    assert ron.share == Decimal(1_550_075) / Decimal(1_200_000)
    assert ron.gap == -350_075


def test_the_newest_quota_of_the_moment_counts(paper: Paper):
    set_quotas(paper)

    assert quotas(paper, paper.rita, as_of=at(1, 31)) == [2_000_000]
    assert quotas(paper, paper.rita, as_of=at(2, 2)) == [2_200_000]


def test_a_withdrawn_quota_is_none(paper: Paper):
    set_quotas(paper)
    QuotaFactory(person=paper.rita, period=paper.period("Q1 2026"), target=None, set_at=at(2, 9))

    assert quotas(paper, paper.rita) == [None]


def test_a_quota_for_exactly_the_period_goes_before_those_of_its_parts(paper: Paper):
    set_quotas(paper)
    QuotaFactory(person=paper.ron, period=paper.period("Q1 2026"), target=9_000, set_at=at(1, 3))

    assert quotas(paper, paper.ron) == [900_000]
    assert quotas(paper, paper.ron, label="Feb 2026") == [400_000]
    assert quotas(paper, paper.ron, label="FY 2026") == [900_000]


def test_a_quota_of_some_parts_only_says_so(paper: Paper):
    set_quotas(paper)

    quarter, year = (reached(paper, paper.ron, label=label)[0] for label in ("Q1 2026", "FY 2026"))

    assert (quarter.target.amount, quarter.target.complete) == (1_200_000, True)
    assert (year.target.amount, year.target.complete) == (1_200_000, False)


def test_a_movers_months_count_for_the_team_at_the_end_of_each(paper: Paper):
    set_quotas(paper)

    # North: Rita 22,000 and Ron's January 3,000. South: Ron's February and March.
    assert quotas(paper, paper.north, paper.south, paper.sales, EVERYONE) == [
        2_500_000,
        900_000,
        3_400_000,
        3_400_000,
    ]


def test_before_the_move_the_quotas_count_for_the_team_of_that_day(paper: Paper):
    set_quotas(paper)

    assert quotas(paper, paper.north, paper.south, as_of=at(2, 9)) == [3_400_000, None]


def test_a_teams_own_quota_goes_before_that_of_its_people(paper: Paper):
    set_quotas(paper)
    QuotaFactory(
        person=None,
        team=paper.north,
        period=paper.period("Q1 2026"),
        target=30_000,
        set_at=at(1, 5),
    )

    assert quotas(paper, paper.north, paper.sales) == [3_000_000, 3_900_000]


def test_counts_of_deals_won_and_created_and_activities(paper: Paper):
    DealFactory(owner=paper.ron, stage=paper.qualify, created_at=at(2, 9, 23, 30))
    given = DealFactory(owner=paper.ron, stage=paper.qualify, created_at=at(2, 10, 0, 30))
    change(given, at=at(2, 11), owner=paper.rita)
    for moment in (at(2, 9, 23, 30), at(2, 10, 0, 30), at(3, 1)):
        activity = ActivityFactory(person=paper.ron, occurred_at=moment)
        type(activity).objects.filter(pk=activity.pk).update(created_at=moment)
    QuotaFactory(
        person=paper.ron,
        measure=Measure.ACTIVITIES,
        period=paper.period("Q1 2026"),
        target=2,
        set_at=at(1, 1),
    )
    rows = (paper.ron, paper.north, paper.south)

    won = actuals(paper, *rows, measure=Measure.DEALS_WON)
    # The paper world's deals are all of 2 January: 6 of Rita not archived, 2 of Ron, 2 of Rae.
    created = actuals(paper, *rows, measure=Measure.DEALS_CREATED)
    acted = reached(paper, *rows, measure=Measure.ACTIVITIES)

    assert won == [3, 4, 4]
    assert created == [4, 6 + 2 + 1, 2 + 1]
    assert [found.actual for found in acted] == [3, 1, 2]
    assert acted[0].share == Decimal("1.5")


def test_an_activity_logged_later_is_not_part_of_a_past_look(paper: Paper):
    ActivityFactory(person=paper.rita, occurred_at=at(2, 1))  # Logged today, long after.

    assert actuals(paper, paper.rita, measure=Measure.ACTIVITIES, as_of=at(2, 20)) == [0]


def test_a_territory_includes_those_in_it_by_the_accounts_place_of_the_day(paper: Paper):
    from pipeline.customers.models import AccountTerritory
    from tests.factories.pipeline import AccountFactory

    europe = TerritoryFactory(name="Europe")
    alps = TerritoryFactory(name="Alps", parent=europe)
    account = AccountFactory()
    AccountTerritory.objects.create(
        account=account, territory=alps, valid_from=date(2020, 1, 1), valid_to=date(2026, 2, 1)
    )
    AccountTerritory.objects.create(account=account, territory=europe, valid_from=date(2026, 2, 1))
    paper.win("alpine", paper.rae, "10.00", at(1, 31), account=account)
    paper.win("european", paper.rae, "20.00", at(2, 1), account=account)
    for territory, target in ((europe, 60), (alps, 5)):
        QuotaFactory(
            person=None,
            territory=territory,
            period=paper.period("Q1 2026"),
            target=target,
            set_at=at(1, 1),
        )

    found = reached(paper, europe, alps, paper.south)

    assert [each.actual for each in found] == [3_000, 1_000, 1_285_026 + 3_000]
    assert [each.quota for each in found] == [6_000, 500, None]


def test_activities_have_no_territory(paper: Paper):
    with pytest.raises(ValueError, match="territory"):
        reached(paper, TerritoryFactory(), measure=Measure.ACTIVITIES)


def test_the_number_of_statements_does_not_grow_with_the_subjects(
    paper: Paper, django_assert_num_queries
):
    period = paper.period("Q1 2026")
    for count in (1, 5):
        people = [Subject(SubjectKind.PERSON, PersonFactory().pk) for _ in range(count)]
        subjects = [subject_of(paper.sales), subject_of(paper.north), EVERYONE, *people]
        with django_assert_num_queries(4):
            attainment(subjects, period=period, measure=BOOKINGS, as_of=AFTER)


def test_now_and_as_of_now_are_the_same(paper: Paper):
    set_quotas(paper)
    rows = (paper.rita, paper.ron, paper.rae, paper.north, paper.south, EVERYONE)

    assert reached(paper, *rows, as_of=at(4, 15)) == reached(
        paper, *rows, as_of=at(4, 15) + timedelta(seconds=1)
    )
