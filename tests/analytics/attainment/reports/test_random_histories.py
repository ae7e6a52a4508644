"""Attainment over random organisations and histories, against a replay that knows no SQL."""

import random
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Sum

from analytics.attainment.reports.attainment import EVERYONE, attainment, subject_of
from org.enums import Role
from org.services import calendar, trees
from pipeline.deals.reports.selection import DealSelection
from tests.factories.org import (
    OrganisationFactory,
    PersonFactory,
    QuotaFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.factories.pipeline import DealFactory, StageFactory
from tests.paper import BOOKINGS, change

START = datetime(2026, 1, 1, tzinfo=UTC)
ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "America/New_York", "Asia/Kathmandu"]


class Replay:
    """What is known of each deal after each change: status, owner, amount, archived."""

    def __init__(self, zone):
        self.zone = zone
        self.known = defaultdict(list)

    def note(self, deal, at):
        self.known[deal.pk].append(
            (at, deal.status, deal.owner_id, deal.amount, bool(deal.archived_at))
        )

    def booked(self, *, period, as_of):
        """Return (person, day) -> cents, deriving credit and closing day from the changes."""
        found = defaultdict(int)
        for changes in self.known.values():
            seen = [change for change in changes if change[0] <= as_of]
            if not seen or seen[-1][1] != "won" or seen[-1][4]:
                continue
            # The closing is the last change that made the deal won.
            closing = max(
                n
                for n, change in enumerate(seen)
                if change[1] == "won" and (n == 0 or seen[n - 1][1] != "won")
            )
            at, _, owner, *_ = seen[closing]
            day = at.astimezone(ZoneInfo(self.zone)).date()
            if day in period and seen[-1][3] is not None:
                found[owner, day] += int(seen[-1][3] * 100)
        return found


def seat_on(seats, person, day):
    return next(
        (
            team
            for team, since, until in seats[person]
            if since <= day and (not until or day < until)
        ),
        None,
    )


def around(lay, team, day):
    """Return the team and everything that it lay in on a day, walking up."""
    found = []
    while team is not None:
        found.append(team)
        team = [parent for since, parent in lay[team] if since <= day][-1]
    return found


def move_somewhere(rng, teams, lay):
    """Move a team as of some day, by the service; note it where it could be done."""
    team, parent = rng.choice(teams), rng.choice([None, *teams])
    since = date(2025, 12, 15) + timedelta(days=rng.randint(0, 200))
    pk = parent.pk if parent else None
    before = list(lay[team.pk])
    if lay[team.pk][-1][1] == pk and since >= lay[team.pk][-1][0]:
        return
    lay[team.pk] = [(day, p) for day, p in before if day < since] + [(since, pk)]
    days = [since, *(day for rows in lay.values() for day, _ in rows if day > since)]
    circle = any(loops(lay, team.pk, day) for day in days)
    try:
        with transaction.atomic():
            trees.move(team, by=None, parent=parent, since=since)
    except ValidationError:
        assert circle
        lay[team.pk] = before
    else:
        assert not circle


def loops(lay, team, day):
    above = [parent for since, parent in lay[team] if since <= day][-1]
    seen = set()
    while above is not None and above not in seen:
        if above == team:
            return True
        seen.add(above)
        above = [parent for since, parent in lay[above] if since <= day][-1]
    return False


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_a_team_is_the_sum_of_its_people_whatever_happened(seed):
    rng = random.Random(seed)  # noqa: S311 -- a reproducible world, not a secret
    zone = rng.choice(ZONES)
    month = rng.choice([1, 2, 7, 10])
    OrganisationFactory(time_zone=zone, fiscal_year_start_month=month)
    calendar.ensure_years(2025, 2026)
    stages = [
        StageFactory(),
        StageFactory(propose=True),
        StageFactory(won=True),
        StageFactory(lost=True),
    ]
    teams = [TeamFactory()]
    for _ in range(3):
        teams.append(TeamFactory(parent=rng.choice([None, *teams])))
    lay = {team.pk: [(date(1900, 1, 1), team.parent_id)] for team in teams}
    for _ in range(8):
        move_somewhere(rng, teams, lay)
    people = [PersonFactory(roles=(Role.REP,)) for _ in range(4)]
    seats = defaultdict(list)
    for person in people:
        since = date(2025, 12, 1)
        while since < date(2026, 6, 1):
            until = since + timedelta(days=rng.randint(10, 90))
            if rng.random() < 0.85:
                team = rng.choice(teams)
                TeamMembershipFactory(person=person, team=team, valid_from=since, valid_to=until)
                seats[person.pk].append((team.pk, since, until))
            since = until
    replay = Replay(zone)
    moments = sorted(START + timedelta(minutes=rng.randint(0, 180 * 1440)) for _ in range(120))
    deals = []
    for moment in moments:
        if not deals or rng.random() < 0.3:
            deal = DealFactory(
                owner=rng.choice(people),
                stage=rng.choice(stages),
                amount=rng.choice([None, Decimal(rng.randint(1, 10**7)) / 100]),
                created_at=moment,
            )
            deals.append(deal)
        else:
            deal = rng.choice(deals)
            fields = rng.choice(
                [
                    {"stage": rng.choice(stages)},
                    {"stage": rng.choice(stages)},
                    {"owner": rng.choice(people)},
                    {"amount": Decimal(rng.randint(1, 10**7)) / 100},
                    {"archived_at": None if deal.archived_at else moment},
                ]
            )
            change(deal, at=moment, **fields)
        replay.note(deal, moment)
    periods = [
        p
        for p in calendar_periods()
        if p.start_on < date(2026, 7, 1) and p.end_on > date(2026, 1, 1)
    ]
    for person in people:
        QuotaFactory(
            person=person, period=rng.choice(periods), target=rng.randint(1, 10**6), set_at=START
        )
    subjects = [EVERYONE, *map(subject_of, teams), *map(subject_of, people)]

    for period in rng.sample(periods, 6):
        for as_of in (rng.choice(moments), moments[-1]):
            found = attainment(subjects, period=period, measure=BOOKINGS, as_of=as_of)
            booked = replay.booked(period=period.period, as_of=as_of)
            everyone, of_teams, of_people = found[0], found[1:5], found[5:]
            assert everyone.actual == sum(booked.values()) == sum(p.actual for p in of_people)
            for person, each in zip(people, of_people, strict=True):
                assert each.actual == sum(c for (who, _), c in booked.items() if who == person.pk)
            for team, each in zip(teams, of_teams, strict=True):
                expected = defaultdict(int)
                for (who, day), amount in booked.items():
                    if team.pk in around(lay, seat_on(seats, who, day), day):
                        expected[who] += amount
                assert each.actual == sum(expected.values())
                credits = {c.person: c.actual for c in each.credits if c.actual}
                assert credits == {who: amount for who, amount in expected.items() if amount}
            linked = dict(zip([team.pk for team in teams], of_teams, strict=True))
            for pk, each in linked.items():
                won = DealSelection(
                    status="won",
                    team=pk,
                    closed_from=period.period.start,
                    closed_to=period.period.end,
                )
                rows = won.versions(moment=as_of, day=as_of.astimezone(ZoneInfo(zone)).date())
                amount = rows.aggregate(amount=Sum("amount_base", default=0))["amount"]
                assert 100 * amount == each.actual


def calendar_periods():
    from org.models.calendar import FiscalPeriod

    return list(FiscalPeriod.objects.all())


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("month", range(1, 13))
def test_quarters_begin_at_local_midnight_in_every_zone_and_fiscal_year(zone, month):
    OrganisationFactory(time_zone=zone, fiscal_year_start_month=month)
    calendar.ensure_years(2025, 2026)
    quarter = next(p for p in calendar_periods() if p.kind == "quarter" and p.start_on.year == 2026)
    midnight = datetime.combine(quarter.start_on, datetime.min.time(), tzinfo=ZoneInfo(zone))
    won, person = StageFactory(won=True), PersonFactory()
    for moment, amount in (
        (midnight - timedelta(seconds=1), 1),
        (midnight, 20),
        (midnight + timedelta(seconds=1), 300),
    ):
        DealFactory(owner=person, stage=won, amount=amount, created_at=moment)
    later = midnight + timedelta(days=1)
    before = next(
        p for p in calendar_periods() if p.kind == "quarter" and p.end_on == quarter.start_on
    )

    of_quarter, of_before = (
        attainment([subject_of(person)], period=p, measure=BOOKINGS, as_of=later)[0].actual
        for p in (quarter, before)
    )

    assert (of_before, of_quarter) == (1_00, 320_00)
