import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from analytics.context.reports import (
    ReportView,
    Scope,
    organisation_calendar,
    person_scope,
    territory_scope,
)
from analytics.review.enums import Movement, Unit
from analytics.review.reports.changes import pipeline_changes
from org.enums import Role, SubjectKind
from org.metrics import Subject
from org.services import calendar
from pipeline.customers.models import AccountTerritory
from tests.analytics.report_views import report_view_of
from tests.factories.org import (
    ExchangeRateFactory,
    OrganisationFactory,
    PersonFactory,
    TeamFactory,
    TeamMembershipFactory,
    TerritoryFactory,
)
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory
from tests.paper import at, change

MAY, AUGUST = date(2026, 5, 20), date(2026, 8, 1)


@pytest.mark.django_db
def test_each_bar_is_worked_out_on_paper(paper):
    """Rita's second quarter from 1 April to 20 April, every deal for another reason."""
    rita, make = paper.rita, paper.make
    ready = {"created_at": at(3, 1), "expected_close_on": MAY}
    make("stays", rita, "100", **ready)
    make("grows", rita, "200", **ready)
    make("pushed", rita, "400", **ready)
    make("won", rita, "800", **ready)
    make("lost", rita, "1600", **ready)
    make("given away", rita, "3200", **ready)
    make("archived", rita, "6400", **ready)
    make("later", rita, "12800", created_at=at(3, 1), expected_close_on=AUGUST)
    make("quick", rita, "51200", created_at=at(4, 5), expected_close_on=MAY)
    deals = paper.deals
    change(deals["grows"], at=at(4, 3), amount=Decimal(250))
    change(deals["pushed"], at=at(4, 3), expected_close_on=AUGUST)
    change(deals["won"], at=at(4, 4), stage=paper.won)
    change(deals["lost"], at=at(4, 4), stage=paper.lost)
    change(deals["given away"], at=at(4, 4), owner=paper.rae)
    change(deals["archived"], at=at(4, 4), archived_at=at(4, 4))
    change(deals["later"], at=at(4, 6), expected_close_on=MAY)
    make("new", rita, "25600", created_at=at(4, 7), expected_close_on=MAY)
    change(deals["quick"], at=at(4, 8), stage=paper.won)

    report_view = report_view_of(paper.mia, person=rita, period="Q2 2026", now=at(4, 20))
    found = pipeline_changes(report_view, since=at(4, 1, 12))

    flow = found.flows[Unit.AMOUNT]
    assert flow.opening == 12_700_00
    assert flow.steps == {
        Movement.NEW: 76_800_00,
        Movement.PULLED_IN: 12_800_00,
        Movement.INCREASED: 50_00,
        Movement.PUSHED_OUT: -400_00,
        Movement.WON: -52_000_00,
        Movement.LOST: -1_600_00,
        Movement.REMOVED: -6_400_00,
        Movement.OWNER_OUT: -3_200_00,
    }
    assert flow.closing == 38_750_00
    won = found.by_movement()[Movement.WON]
    assert [(row.deal, value) for row, value in won] == [
        (deals["quick"].pk, -51_200_00),
        (deals["won"].pk, -800_00),
    ]
    assert found.flows[Unit.DEALS].opening == 7
    assert found.flows[Unit.DEALS].closing == 4


@pytest.mark.django_db
def test_a_transfer_inside_the_team_is_nothing_to_its_manager(paper):
    deal = paper.make("passed on", paper.ron, "100", expected_close_on=MAY)
    change(deal, at=at(4, 3), owner=paper.rae)

    south, north = (
        pipeline_changes(
            report_view_of(lead, team=name, period="Q2 2026", now=at(4, 20)), since=at(4, 1)
        ).flows[Unit.AMOUNT]
        for lead, name in ((paper.max, "South"), (paper.mia, "North"))
    )

    # Ron moved to South on 10 February: the deal was South's before and after.
    assert (south.opening, south.steps, south.closing) == (100_00, {}, 100_00)
    assert (north.opening, north.steps, north.closing) == (0, {}, 0)


@pytest.mark.django_db
def test_a_move_to_another_team_takes_the_pipeline_along(paper):
    paper.make("ron's", paper.ron, "100", expected_close_on=MAY)

    south, north = (
        pipeline_changes(
            report_view_of(lead, team=name, period="Q2 2026", now=at(2, 20)), since=at(2, 1)
        ).flows[Unit.AMOUNT]
        for lead, name in ((paper.max, "South"), (paper.mia, "North"))
    )

    assert (north.opening, north.steps) == (100_00, {Movement.SEAT_OUT: -100_00})
    assert (south.steps, south.closing) == ({Movement.SEAT_IN: 100_00}, 100_00)


@pytest.mark.django_db
def test_a_definition_changes_the_weight_and_nothing_else(paper):
    paper.make("weighs 20 %", paper.rita, "1000", expected_close_on=MAY, created_at=at(3, 1))
    paper.qualify.probability = 30
    paper.qualify.save()

    report_view = report_view_of(
        paper.mia, person=paper.rita, period="Q2 2026", now=datetime(2027, 1, 1, tzinfo=UTC)
    )
    found = pipeline_changes(report_view, since=at(4, 1))

    assert found.flows[Unit.WEIGHTED].opening == 200_00
    assert found.flows[Unit.WEIGHTED].steps == {Movement.DEFINITION: 100_00}
    assert found.flows[Unit.AMOUNT].steps == {}


@pytest.mark.django_db
def test_the_number_of_statements_does_not_depend_on_the_number_of_deals(
    paper, django_assert_num_queries
):
    report_view = report_view_of(paper.max, team="South", period="Q2 2026", now=at(4, 20))

    def ask(queries):
        with django_assert_num_queries(queries):
            pipeline_changes(report_view, since=at(2, 1))

    paper.make("one", paper.rae, "1", created_at=at(3, 1), expected_close_on=MAY)
    ask(6)
    for name in ("two", "three"):
        paper.make(name, paper.ron, "1", created_at=at(3, 1), expected_close_on=MAY)
    ask(6)


IN_PLAY = """
    SELECT coalesce(sum(version.amount_base), 0) * 100, count(*)
      FROM pipeline_dealversion version
     WHERE version.valid_from <= %(moment)s AND version.valid_to > %(moment)s
       AND version.status = 'open' AND NOT version.archived
       AND version.expected_close_on >= %(start)s AND version.expected_close_on < %(end)s
       AND (%(person)s IS NULL OR version.owner_id = %(person)s)
       AND (%(teams)s::bigint[] IS NULL OR EXISTS (
           SELECT 1 FROM org_teammembership seat
            WHERE seat.person_id = version.owner_id AND seat.team_id = ANY (%(teams)s)
              AND seat.valid_from <= %(day)s AND coalesce(seat.valid_to, 'infinity') > %(day)s))
       AND (%(territory)s IS NULL OR EXISTS (
           SELECT 1 FROM pipeline_accountterritory stay
            WHERE stay.account_id = version.account_id AND stay.territory_id = %(territory)s
              AND stay.valid_from <= %(day)s AND coalesce(stay.valid_to, 'infinity') > %(day)s))
"""


def in_play(report_view, moment):
    scope = report_view.scope
    with connection.cursor() as cursor:
        cursor.execute(
            IN_PLAY,
            {
                "moment": moment,
                "day": report_view.calendar.day(moment),
                "start": report_view.period.period.start,
                "end": report_view.period.period.end,
                "person": scope.subject.pk if scope.subject.kind == SubjectKind.PERSON else None,
                "teams": list(scope.ever_inside()) if scope.team else None,
                "territory": scope.subject.pk
                if scope.subject.kind == SubjectKind.TERRITORY
                else None,
            },
        )
        cents, deals = cursor.fetchone()
        return int(cents), deals


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(12))
def test_opening_and_bars_make_closing_in_random_organisations(seed):
    rng = random.Random(seed)  # noqa: S311 -- a reproducible world, not a secret
    OrganisationFactory(time_zone=rng.choice(["UTC", "Asia/Kathmandu", "America/New_York"]))
    calendar.ensure_years(2025, 2026)
    for day in (date(2020, 1, 1), date(2026, 4, 10), date(2026, 5, 10)):
        ExchangeRateFactory(
            currency="EUR", valid_from=day, rate=Decimal(rng.randint(80, 150)) / 100
        )
    stages = [
        StageFactory(),
        StageFactory(propose=True),
        StageFactory(won=True),
        StageFactory(lost=True),
    ]
    teams = [TeamFactory(), TeamFactory()]
    lands = [TerritoryFactory(), TerritoryFactory()]
    people = [PersonFactory(roles=(Role.REP,)) for _ in range(4)]
    accounts = [AccountFactory() for _ in range(3)]
    first = datetime(2026, 3, 1, tzinfo=UTC)
    for person in people:
        moves = date(2026, 3, 1) + timedelta(days=rng.randint(1, 100))
        TeamMembershipFactory(person=person, team=rng.choice(teams), valid_to=moves)
        TeamMembershipFactory(person=person, team=rng.choice(teams), valid_from=moves)
    for account in accounts:
        moves = date(2026, 3, 1) + timedelta(days=rng.randint(1, 100))
        for land, since, until in (
            (rng.choice(lands), date(2020, 1, 1), moves),
            (rng.choice(lands), moves, None),
        ):
            AccountTerritory.objects.create(
                account=account, territory=land, valid_from=since, valid_to=until
            )

    def close():
        return rng.choice([None, date(2026, 3, 15) + timedelta(days=rng.randint(0, 130))])

    def amount():
        return rng.choice([None, Decimal(rng.randint(0, 10**7)) / 100])

    moments = sorted(first + timedelta(minutes=rng.randint(0, 120 * 1440)) for _ in range(150))
    deals = []
    for moment in moments:
        if len(deals) < 8 or rng.random() < 0.2:
            deals.append(
                DealFactory(
                    owner=rng.choice(people),
                    account=rng.choice([None, *accounts]),
                    stage=rng.choice(stages[:2] if rng.random() < 0.8 else stages),
                    amount=amount(),
                    currency=rng.choice(["USD", "EUR"]),
                    expected_close_on=close(),
                    created_at=moment,
                )
            )
            continue
        deal = rng.choice(deals)
        change(
            deal,
            at=moment,
            **rng.choice(
                [
                    {"stage": rng.choice(stages)},
                    {"owner": rng.choice(people)},
                    {"account": rng.choice([None, *accounts])},
                    {"amount": amount()},
                    {"expected_close_on": close()},
                    {"archived_at": None if deal.archived_at else moment},
                ]
            ),
        )
    viewer = PersonFactory(roles=(Role.ADMIN,))
    read = organisation_calendar()
    scopes = [
        Scope(Subject(SubjectKind.EVERYONE), "Everyone"),
        *(person_scope(person) for person in people),
        *(Scope(Subject(SubjectKind.TEAM, team.pk), team.name, tree=read.teams) for team in teams),
        *(territory_scope(land.pk, land.name, read) for land in lands),
    ]
    quarter = next(p for p in read.periods if p.period.label == "Q2 2026")
    seen = set()
    for scope in scopes:
        since, until = sorted(rng.sample(moments, 2))
        report_view = ReportView(
            viewer=viewer, scope=scope, period=quarter, moment=until, as_of=None, calendar=read
        )

        found = pipeline_changes(report_view, since=since)

        for unit, place in ((Unit.AMOUNT, 0), (Unit.DEALS, 1)):
            assert found.flows[unit].opening == in_play(report_view, since)[place]
            assert found.flows[unit].closing == in_play(report_view, until)[place]
        for movement, value in found.flows[Unit.AMOUNT].steps.items():
            assert sum(each for _, each in found.by_movement()[movement]) == value
        seen |= set(found.flows[Unit.AMOUNT].steps)
    assert seen
