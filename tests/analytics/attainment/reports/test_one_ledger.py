"""One random organisation: every channel tells the same bookings, to the cent."""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from random import Random

import pytest
from django.test import Client
from django.urls import reverse

from analytics.runs.enums import RunState, Trigger
from analytics.runs.models import AttainmentSnapshot
from analytics.runs.services import recompute
from forecasting.inputs import history
from forecasting.services import nightly
from org.enums import Role
from org.models.people import Person
from org.models.teams import TeamPlacement
from org.models.territories import TerritoryPlacement
from org.services import people, trees
from pipeline.credit.services import Share, split_credit
from pipeline.customers.services import assign_account
from pipeline.deals.models import Deal
from pipeline.deals.reports.selection import NOWHERE, DealSelection
from process.practices.reports import peers_of
from tests.analytics.plain_ledger import Booked, booked, lies_in
from tests.analytics.report_views import report_view_of
from tests.api.conftest import program_of
from tests.factories.org import PersonFactory, QuotaFactory, TerritoryFactory
from tests.factories.pipeline import AccountFactory
from tests.paper import BOOKINGS, Paper, at, change

START, END = date(2026, 1, 1), date(2026, 4, 1)
FIRST = date(2025, 1, 1)
NIGHT = date(2026, 4, 20)
LATER = at(4, 25)


class World:
    """The paper world with a year of random deals, splits, moves of people, teams, territories."""

    def __init__(self, paper: Paper, seed: int) -> None:
        self.paper, self.rng = paper, Random(seed)  # noqa: S311 -- a reproducible world
        self.admin = PersonFactory(full_name="Ada Admin", roles=(Role.ADMIN,))
        self.alone = PersonFactory(full_name="Al Alone", roles=(Role.REP,))
        self.people = [paper.rita, paper.ron, paper.rae, paper.mia, paper.max, self.alone]
        self.teams = [paper.sales, paper.north, paper.south]
        world = TerritoryFactory(name="World")
        self.territories = [world, TerritoryFactory(name="East", parent=world), TerritoryFactory()]
        self.accounts = [None, *(self._account() for _ in range(5))]
        for _ in range(45):
            self._deal()
        trees.move(paper.north, by=None, parent=None, since=date(2026, 2, 12))
        trees.move(self.territories[1], by=None, parent=self.territories[2], since=self._day())
        for deal in self.rng.sample(list(Deal.objects.filter(status="won", archived_at=None)), 22):
            self._split(deal)
        people.deactivate(paper.rae, by=None, on=date(2026, 3, 20))
        for person in self.people[:3]:
            QuotaFactory(person=person, period=paper.period("Q1 2026"), set_at=at(1, 1))
        self.in_team, self.in_territory = lies_in(TeamPlacement), lies_in(TerritoryPlacement)

    def _day(self) -> date:
        return date(2026, 1, 5) + timedelta(days=self.rng.randrange(70))

    def _account(self):
        account = AccountFactory()
        assign_account(account, by=None, territory=self.rng.choice(self.territories), since=FIRST)
        to = self.rng.choice([None, *self.territories])
        assign_account(account, by=None, territory=to, since=self._day())
        return account

    def _deal(self) -> None:
        rng, paper = self.rng, self.paper
        moment = at(1, 3, year=2025) + timedelta(minutes=rng.randrange(380 * 1440))
        amount = rng.choice([None, "0", *(f"{rng.randrange(1, 10**7) / 100:.2f}",) * 8])
        deal = paper.make(
            f"random {len(paper.deals)}",
            rng.choice(self.people),
            amount,
            created_at=moment,
            account=rng.choice(self.accounts),
            currency=rng.choice(["USD", "EUR"]),
        )
        steps = ["won", "won", "lost"], ["propose"], ["won", "won", "lost"]
        for stages in steps[: rng.choice([1, 1, 3])]:
            moment += timedelta(minutes=rng.randrange(1, 30 * 1440))
            owner = rng.choice([deal.owner, deal.owner, rng.choice(self.people)])
            change(deal, at=moment, stage=getattr(paper, rng.choice(stages)), owner=owner)
        if rng.random() < 0.15:
            moment += timedelta(days=rng.randrange(1, 20))
            change(deal, at=moment, archived_at=moment)
            if rng.random() < 0.5:
                change(deal, at=moment + timedelta(days=2), archived_at=None)

    def _split(self, deal: Deal) -> None:
        rng = self.rng
        for month, day in ((3, 2), (4, 8))[: rng.choice([1, 1, 2])]:
            chosen = rng.sample(self.people, rng.randrange(1, 4))
            cuts = [0, *sorted(rng.sample(range(1, 10_000), len(chosen) - 1)), 10_000]
            parts = [Decimal(b - a) / 100 for a, b in pairwise(cuts)]
            shares = [Share(p, "revenue", x) for p, x in zip(chosen, parts, strict=True)]
            if rng.random() < 0.5:
                overlay = Decimal(rng.randrange(1, 10_001)) / 100
                shares.append(Share(rng.choice(self.people), "overlay", overlay))
            newest = deal.credit_splits.first()
            when = max(at(month, day), deal.created_at) + timedelta(minutes=1)
            seen = newest and newest.pk
            split_credit(deal, by=None, shares=shares, reason="Agreed", at=when, seen=seen)

    def of_team(self, team: int, row: Booked) -> bool:
        return self.in_team(row.team, team, row.day)

    def of_territory(self, territory: int, row: Booked) -> bool:
        if territory == NOWHERE:
            return row.territory is None
        return self.in_territory(row.territory, territory, row.day)


Has = Callable[[Booked], bool]


def cents(rows: Iterable[Booked]) -> int:
    return sum(row.cents for row in rows)


def by_person(rows: Iterable[Booked]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for row in rows:
        found[row.person] += row.cents
    return {person: amount for person, amount in found.items() if amount}


def in_cents(amount: Decimal | str) -> int:
    whole = Decimal(amount) * 100
    assert whole == int(whole)
    return int(whole)


def opened(client: Client, deals: DealSelection):
    """Return the deal list of a selection, and what its download says counts, by deal."""
    query = deals.url().partition("?")[2]
    page = client.get(f"{reverse('analytics:deals')}?{query}")
    file = client.get(f"{reverse('analytics:deals-csv')}?{query}")
    rows = list(csv.DictReader(b"".join(file).decode("utf-8-sig").splitlines()))
    column = "Credited" if rows and "Credited" in rows[0] else "Amount"
    return page, {int(row["Id"]): in_cents(row[column] or 0) for row in rows}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("as_of", [None, date(2026, 3, 10)])
def test_every_channel_tells_the_same_bookings(
    paper: Paper, as_, seed: int, as_of: date | None
) -> None:
    world = World(paper, seed)
    client, period = as_(world.admin), paper.period("Q1 2026")
    program = program_of(world.admin)
    end_of_day = as_of and datetime.combine(as_of, datetime.max.time(), tzinfo=at(1, 1).tzinfo)
    moment = end_of_day or LATER
    rows, year = booked(moment, START, END), booked(moment, FIRST, END)
    assert len(rows) > 10
    assert any(row.overlay for row in rows)
    day = {"as_of": as_of} if as_of else {}
    teams: list[tuple[str, str, Has, dict[str, int]]] = [
        ("Everyone", "all", lambda _: True, {}),
        *(
            (team.name, str(team.pk), partial(world.of_team, team.pk), {"team": team.pk})
            for team in world.teams
        ),
    ]

    report_view = partial(report_view_of, world.admin, now=LATER, as_of=as_of)
    for name, key, has, whose in teams:
        expected, asked = [row for row in rows if has(row)], {"team": key, "period": "Q1 2026"}
        page = client.get(reverse("team"), asked | day).context
        assert page["people"].total.booked == cents(expected)
        shown = {row.person: row.booked for row in page["people"].rows if row.booked}
        assert shown == by_person(expected)
        file = client.get(reverse("team-file"), asked | day)
        lines = list(csv.DictReader(b"".join(file).decode("utf-8-sig").splitlines()))
        assert in_cents(lines[-1]["Booked"]) == cents(expected)
        named = {person.full_name: person.pk for person in Person.objects.all()}
        told = {
            named[line["Person"].partition(" (until")[0]]: in_cents(line["Booked"])
            for line in lines[:-1]
            if in_cents(line["Booked"])
        }
        assert told == by_person(expected)
        check_curves(page["report"].curves, [row for row in year if has(row)])
        won = report_view(team=name).won
        deals, listed = opened(client, won)
        of_deals: dict[int, int] = defaultdict(int)
        for row in expected:
            of_deals[row.deal] += row.cents
        assert {pk: amount for pk, amount in listed.items() if amount} == {
            pk: amount for pk, amount in of_deals.items() if amount
        }
        assert in_cents(deals.context["found"].totals.amount) == cents(expected)
        assert bool(deals.context["standing"]) or not whose
        answer = program.get(
            "attainment", period=period.pk, **(whose or {"everyone": "true"}), **day
        )
        (result,) = answer.json()["results"]
        assert in_cents(result["actual"]) == cents(expected)
        assert in_cents(result["overlay"]) == sum(row.overlay for row in expected)
        credits = {each["person"]: in_cents(each["actual"]) for each in result["credits"]}
        assert {pk: amount for pk, amount in credits.items() if amount} == by_person(expected)

    for person in world.people:
        expected = [row for row in rows if row.person == person.pk]
        page = client.get(reverse("member", args=[person.pk]), {"period": "Q1 2026", **day}).context
        assert page["report"].attainment.actual == cents(expected)
        assert page["report"].attainment.overlay == sum(row.overlay for row in expected)
        check_curves(page["report"].curves, [row for row in year if row.person == person.pk])
        deals, listed = opened(client, report_view(person=person).won)
        assert sum(listed.values()) == cents(expected)
        assert in_cents(deals.context["found"].totals.amount) == cents(expected)

    found = client.get(reverse("analytics:territory-bookings"), {"period": period.pk, **day})
    found = found.context["found"]
    told = {line.name: in_cents(line.bookings) for line in (*found.lines, found.nowhere)}
    assert told == {
        name: cents(row for row in rows if world.of_territory(pk, row))
        for name, pk in (
            *((territory.name, territory.pk) for territory in world.territories),
            ("In no territory", NOWHERE),
        )
    }
    assert in_cents(found.total.bookings) == cents(rows)

    for peer in peers_of(report_view(team="Everyone"), title=None).people:
        assert peer.attained.actual == cents(row for row in rows if row.person == peer.person)


def check_curves(curves, rows: list[Booked]) -> None:
    """Hold every day of the curves to what was booked on it."""
    on: dict[date, int] = defaultdict(int)
    for row in rows:
        on[row.day] += row.cents
    for curve in (*curves.earlier, curves.current):
        for n in range(curve.period.days):
            day = curve.period.start + timedelta(days=n)
            assert curve.totals[n + 1] - curve.totals[n] == on[day], day
    assert len(curves.earlier) == 4


@pytest.mark.parametrize("seed", [1, 2])
def test_the_night_and_the_forecasts_history_tell_them_too(paper: Paper, seed: int) -> None:
    world = World(paper, seed)
    run, _ = recompute.request_run(by=None, as_of=NIGHT, trigger=Trigger.COMMAND, now=LATER)
    while run.state == RunState.RUNNING:
        nightly.work_here(run, clock=lambda: LATER)
        run.refresh_from_db()
    rows = booked(run.moment, START, END)
    assert run.state == RunState.DONE

    stored = AttainmentSnapshot.objects.filter(
        run=run, period=paper.period("Q1 2026"), measure=BOOKINGS
    )

    for each in stored:
        has: Has = lambda row: True  # noqa: E731
        if each.person_id:
            has = lambda row, pk=each.person_id: row.person == pk  # noqa: E731
        elif each.team_id:
            has = partial(world.of_team, each.team_id)
        assert in_cents(each.actual) == cents(filter(has, rows)), each
        assert in_cents(each.overlay) == sum(row.overlay for row in filter(has, rows)), each
    assert {each.team_id for each in stored} >= {team.pk for team in world.teams}
    known = history(run.moment)
    found = known.bookings.at(known.last_day, START.toordinal(), END.toordinal())
    team_of = known.memberships.team_on(found.person, found.closed_on)
    by_day: dict[tuple[int, int | None, int], int] = defaultdict(int)
    for row in rows:
        by_day[row.person, row.team or -1, row.day.toordinal()] += row.cents
    told: dict[tuple[int, int, int], int] = defaultdict(int)
    for person, team, day, amount in zip(
        found.person.tolist(), team_of.tolist(), found.closed_on.tolist(), found.cents.tolist(),
        strict=True,
    ):  # fmt: skip
        told[person, team, day] += amount
    assert {key: value for key, value in told.items() if value} == {
        key: value for key, value in by_day.items() if value
    }
