import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from analytics.attainment.reports.territories import ByTerritory, by_territory
from analytics.context.reports import organisation_calendar
from kit.display import money
from org import access
from org.enums import Measure, PeriodKind, Role
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.territories import Territory
from org.services import calendar, quotas, trees
from pipeline import history
from pipeline.customers.models import Account
from pipeline.customers.services import assign_account
from pipeline.deals.models import Deal
from pipeline.deals.reports.selection import NOWHERE, DealSelection
from pipeline.enums import Status
from tests.factories.org import OrganisationFactory, PersonFactory, TerritoryFactory
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)


class Market:
    """World holds Europe and Asia, Europe holds the Nordics."""

    def __init__(self) -> None:
        OrganisationFactory()
        calendar.ensure_years(2026, 2026)
        self.admin = PersonFactory(roles=[Role.ADMIN])
        self.rep = PersonFactory(roles=[Role.REP])
        self.world = TerritoryFactory(name="World")
        self.europe = TerritoryFactory(name="Europe", parent=self.world)
        self.nordics = TerritoryFactory(name="Nordics", parent=self.europe)
        self.asia = TerritoryFactory(name="Asia", parent=self.world)
        self.won, self.open = StageFactory(won=True), StageFactory()

    def account(self, *stays: tuple[Territory | None, date]) -> Account:
        account = AccountFactory()
        for territory, since in stays:
            assign_account(account, by=None, territory=territory, since=since)
        return account

    def win(self, account: Account | None, day: date, amount: str | None, **fields) -> Deal:
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        with history.writing(by=None, source="task", at=at):
            return DealFactory(
                account=account,
                owner=fields.pop("owner", self.rep),
                stage=self.won,
                amount=None if amount is None else Decimal(amount),
                created_at=at,
                **fields,
            )

    def quarter(self, number: int) -> FiscalPeriod:
        return FiscalPeriod.objects.get(label=f"Q{number} 2026")

    def report(self, number: int, *, as_of: datetime = NOW) -> ByTerritory:
        found = organisation_calendar()
        day = found.day(as_of)
        return by_territory(
            self.admin,
            period=found.named(self.quarter(number).pk),
            as_of=as_of,
            past_day=None if as_of == NOW else day,
            calendar=found,
        )

    def quota(self, territory: Territory, number: int, target: str) -> None:
        quotas.set_quota(
            by=None,
            subject=territory,
            measure=Measure.BOOKINGS,
            period=self.quarter(number),
            target=Decimal(target),
            reason="Plan",
            at=datetime(2026, 1, 1, tzinfo=UTC),
        )


@pytest.fixture
def market(db: None) -> Market:
    return Market()


def amounts(found: ByTerritory) -> dict[str, Decimal]:
    lines = [*found.lines, found.nowhere, found.total]
    return {line.name: line.bookings for line in lines}


def test_a_territory_that_moves_takes_nothing_of_the_past_along(market: Market) -> None:
    """The Nordics lie in Europe until 15 February and in Asia after that."""
    account = market.account((market.nordics, date(2026, 1, 1)))
    market.win(account, date(2026, 2, 14), "100")
    market.win(account, date(2026, 2, 15), "20")
    market.win(account, date(2026, 5, 1), "3")
    market.quota(market.nordics, 1, "1000")
    before = amounts(market.report(1, as_of=datetime(2026, 2, 14, 23, tzinfo=UTC)))

    trees.move(market.nordics, by=None, parent=market.asia, since=date(2026, 2, 15))

    found = market.report(1)
    lines = {line.name: line for line in found.lines}
    assert {name: line.bookings for name, line in lines.items()} == {
        "World": Decimal(120),
        "Europe": Decimal(100),
        "Asia": Decimal(20),
        "Nordics": Decimal(120),
    }
    # The quarter's quota counts where the territory lies on the last day of the quarter.
    assert (lines["Europe"].quota, lines["Asia"].quota) == (None, Decimal(1000))
    assert [line.name for line in found.lines] == ["World", "Asia", "Nordics", "Europe"]
    assert found.moved is None
    for line in found.lines:
        assert line.deals is not None
        rows = line.deals.rows(moment=NOW, day=NOW.date())
        assert sum(deal.amount for deal in rows) == line.bookings
    assert amounts(market.report(1, as_of=datetime(2026, 2, 14, 23, tzinfo=UTC))) == before
    assert amounts(market.report(2))["Asia"] == Decimal(3)


@pytest.mark.parametrize(("up", "rest"), [(True, -100), (False, 20)], ids=["out", "in"])
def test_a_move_to_or_from_the_top_is_made_up_for(market: Market, up: bool, rest: int) -> None:
    account = market.account((market.nordics, date(2026, 1, 1)))
    if not up:
        trees.move(market.nordics, by=None, parent=None, since=date(2026, 1, 1))
    market.win(account, date(2026, 2, 14), "100" if up else "20")
    market.win(account, date(2026, 2, 15), "5")
    parent = None if up else market.europe
    trees.move(market.nordics, by=None, parent=parent, since=date(2026, 2, 15))

    found = market.report(1)

    assert found.moved is not None
    assert (found.moved.bookings, found.moved.deals) == (Decimal(rest), None)
    tops = [line.bookings for line in found.lines if line.depth == 0]
    assert sum(tops) + rest == found.total.bookings


def test_bookings_follow_the_territory_of_the_day_of_closing(market: Market) -> None:
    mover = market.account((market.nordics, date(2026, 1, 1)), (market.asia, date(2026, 2, 10)))
    settled = market.account((market.europe, date(2026, 1, 1)))
    leaver = market.account((market.asia, date(2026, 1, 1)), (None, date(2026, 3, 1)))
    market.win(mover, date(2026, 2, 9), "100")
    market.win(mover, date(2026, 2, 10), "200.50")
    market.win(settled, date(2026, 3, 31), "30")
    market.win(settled, date(2026, 4, 1), "999")
    market.win(leaver, date(2026, 3, 1), "7")
    market.win(None, date(2026, 3, 2), "5")

    found = market.report(1)

    # Nordics 100; Europe 30 of its own and the Nordics'; Asia 200.50; nowhere 7 + 5.
    assert amounts(found) == {
        "World": Decimal("330.50"),
        "Asia": Decimal("200.50"),
        "Europe": Decimal("130.00"),
        "Nordics": Decimal("100.00"),
        "In no territory": Decimal("12.00"),
        "Everything": Decimal("342.50"),
    }
    assert [(line.name, line.depth) for line in found.lines] == [
        ("World", 0),
        ("Asia", 1),
        ("Europe", 1),
        ("Nordics", 2),
    ]


def test_attainment_is_bookings_by_quota_and_a_dash_without(market: Market) -> None:
    market.quota(market.europe, 1, "80")
    market.quota(market.asia, 1, "400")
    market.win(market.account((market.europe, date(2026, 1, 1))), date(2026, 2, 1), "100")

    lines = {line.name: line for line in market.report(1).lines}

    assert (lines["Europe"].quota, lines["Europe"].share) == (80, Decimal("1.25"))
    # The world has no quota of its own: its territories' count together.
    assert (lines["World"].quota, lines["World"].share) == (480, Decimal(100) / Decimal(480))
    assert (lines["Nordics"].quota, lines["Nordics"].share) == (None, None)
    assert lines["Asia"].share == 0


def test_a_deal_without_an_amount_is_counted_apart(market: Market) -> None:
    market.win(market.account((market.europe, date(2026, 1, 1))), date(2026, 2, 1), None)

    europe = next(line for line in market.report(1).lines if line.name == "Europe")

    assert (europe.bookings, europe.count, europe.unpriced) == (0, 1, 1)


def test_a_backdated_move_corrects_the_past(market: Market) -> None:
    account = market.account((market.europe, date(2026, 1, 1)))
    market.win(account, date(2026, 2, 1), "100")
    assert amounts(market.report(1))["Europe"] == 100

    assign_account(account, by=None, territory=market.asia, since=date(2026, 1, 15))

    found = amounts(market.report(1))
    assert (found["Europe"], found["Asia"]) == (0, 100)


def test_a_past_day_shows_what_was_known_then(market: Market) -> None:
    account = market.account((market.europe, date(2026, 1, 1)))
    market.win(account, date(2026, 2, 1), "100")
    market.win(account, date(2026, 3, 1), "50")

    found = market.report(1, as_of=datetime(2026, 2, 15, 12, tzinfo=UTC))

    assert amounts(found)["Europe"] == 100
    assert "as_of=2026-02-15" in found.lines[0].deals.url()


def test_an_archived_territory_stays_in_sight_while_it_has_bookings(market: Market) -> None:
    market.win(market.account((market.nordics, date(2026, 1, 1))), date(2026, 2, 1), "100")
    Territory.objects.filter(pk__in=[market.nordics.pk, market.asia.pk]).update(archived_at=NOW)

    names = [line.name for line in market.report(1).lines]

    assert names == ["World", "Europe", "Nordics"]


FLOOR = """
    WITH RECURSIVE inside AS (
        SELECT id AS root, id FROM org_territory
        UNION ALL
        SELECT inside.root, t.id FROM inside JOIN org_territory t ON t.parent_id = inside.id
    )
    SELECT root.name, coalesce(sum(deal.amount_base), 0), count(deal.id)
      FROM org_territory root
      LEFT JOIN inside ON inside.root = root.id
      LEFT JOIN pipeline_accountterritory stay ON stay.territory_id = inside.id
      LEFT JOIN pipeline_deal deal ON deal.account_id = stay.account_id
           AND deal.status = 'won' AND deal.closed_on >= %s AND deal.closed_on < %s
           AND deal.closed_on <@ daterange(stay.valid_from, stay.valid_to)
     GROUP BY root.id, root.name
"""


def test_random_markets_agree_with_plain_sql_and_with_the_deals_behind(market: Market) -> None:
    chance = random.Random(7)  # noqa: S311 -- a market to repeat, no secret
    places = [market.world, market.europe, market.nordics, market.asia, None]
    start = date(2025, 12, 1)
    accounts = [
        market.account(
            *(
                (chance.choice(places), start + timedelta(days=chance.randrange(150)))
                for _ in range(chance.randrange(4))
            )
        )
        for _ in range(12)
    ]
    for _ in range(80):
        day = start + timedelta(days=chance.randrange(150))
        amount = None if chance.random() < 0.1 else str(chance.randrange(1, 10**6) / Decimal(100))
        market.win(chance.choice([*accounts, None]), day, amount)
    period = market.quarter(1)

    found = market.report(1)

    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [period.start_on, period.end_on])
        floor = {name: (amount, count) for name, amount, count in cursor.fetchall()}
    assert {line.name: (line.bookings, line.count) for line in found.lines} == floor
    for line in [*found.lines, found.nowhere, found.total]:
        rows = list(line.deals.rows(moment=NOW, day=NOW.date()))
        assert len(rows) == line.count
        assert sum(row.amount_base or 0 for row in rows) == line.bookings


def test_open_deals_are_taken_by_where_their_account_lies_today(market: Market) -> None:
    account = market.account((market.nordics, date(2026, 1, 1)), (market.asia, date(2026, 8, 1)))
    deal = DealFactory(account=account, owner=market.rep, stage=market.open)
    loose = DealFactory(account=None, owner=market.rep, stage=market.open)

    def found(territory: int) -> list[Deal]:
        selection = DealSelection(status=Status.OPEN, territory=territory)
        return list(selection.rows(moment=NOW, day=NOW.date()))

    assert found(market.asia.pk) == [deal]
    assert found(market.world.pk) == [deal]
    assert found(market.nordics.pk) == []
    assert found(NOWHERE) == [loose]


def test_a_figure_opens_the_deals_that_it_is_made_of(market: Market, client: Client) -> None:
    account = market.account((market.nordics, date(2026, 1, 1)))
    market.win(account, date(2026, 2, 1), "1234", name="Northern lights")
    market.win(None, date(2026, 2, 1), "5", name="Nowhere land")
    client.force_login(market.admin)
    url = reverse("analytics:territory-bookings")

    page = client.get(url, {"period": market.quarter(1).pk}).content.decode()
    europe = next(line for line in market.report(1).lines if line.name == "Europe")

    assert money(Decimal(1234)) in page
    assert europe.deals.url().replace("&", "&amp;") in page
    deals = client.get(europe.deals.url()).content.decode()
    assert "Northern lights" in deals
    assert "Nowhere land" not in deals
    assert "In Europe" in deals


@pytest.mark.parametrize("territories", [1, 3])
def test_the_page_asks_the_database_the_same_for_one_and_three(
    db: None, client: Client, django_assert_num_queries, territories: int
) -> None:
    OrganisationFactory()
    today = date(2026, 1, 1)
    calendar.ensure_years(2026, access.today().year)
    admin: Person = PersonFactory(roles=[Role.ADMIN])
    won = StageFactory(won=True)
    for _ in range(territories):
        account = AccountFactory()
        assign_account(account, by=None, territory=TerritoryFactory(), since=today)
        DealFactory(account=account, owner=admin, stage=won, amount=100)
    client.force_login(admin)
    url = reverse("analytics:territory-bookings")
    client.get(url)

    with django_assert_num_queries(11):
        assert client.get(url).status_code == 200


def test_without_territories_or_calendar_the_page_says_what_to_do(db: None, client: Client) -> None:
    client.force_login(PersonFactory(roles=[Role.ADMIN]))
    url = reverse("analytics:territory-bookings")

    assert "There is no fiscal calendar for today." in client.get(url).content.decode()
    calendar.configure(by=None, name="Northwind")
    assert FiscalPeriod.objects.of_kind(PeriodKind.YEAR).exists()
    assert "No territories yet." in client.get(url).content.decode()
