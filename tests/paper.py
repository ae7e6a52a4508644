"""A small organisation whose every figure is worked out on paper, beside the tests that use it.

New York, US dollars, calendar years. Sales holds North (led by Mia) and South (led by Max).
Rita sells in North, Rae in South; Ron moves from North to South on 10 February 2026.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from org.enums import Measure, PeriodKind, Role
from org.models.calendar import FiscalPeriod, Organisation
from org.models.people import Person
from org.models.teams import Team
from org.services import calendar
from pipeline import history
from pipeline.deals.models import Deal
from pipeline.stages.models import Stage
from tests.factories.org import (
    ExchangeRateFactory,
    OrganisationFactory,
    PersonFactory,
    QuotaFactory,
    ReportingLineFactory,
    TeamFactory,
    TeamMembershipFactory,
)
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory

NEW_YORK = ZoneInfo("America/New_York")
MOVE = date(2026, 2, 10)


def at(month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=NEW_YORK)


def change(deal: Deal, *, at: datetime, **fields: object) -> Deal:
    with history.writing(by=None, source="page", at=at):
        Deal.objects.filter(pk=deal.pk).update(**fields)
    deal.refresh_from_db()
    return deal


@dataclass
class Paper:
    organisation: Organisation
    sales: Team
    north: Team
    south: Team
    mia: Person
    max: Person
    rita: Person
    ron: Person
    rae: Person
    qualify: Stage
    propose: Stage
    won: Stage
    lost: Stage
    deals: dict[str, Deal] = field(default_factory=dict)

    def period(self, label: str) -> FiscalPeriod:
        return FiscalPeriod.objects.get(label=label)

    def make(self, name: str, owner: Person, amount: str | None, **fields: object) -> Deal:
        fields.setdefault("created_at", at(1, 2))
        deal = DealFactory(
            name=name,
            owner=owner,
            stage=fields.pop("stage", self.qualify),
            amount=None if amount is None else Decimal(amount),
            **fields,
        )
        self.deals[name] = deal
        return deal

    def win(
        self, name: str, owner: Person, amount: str | None, on: datetime, **fields: object
    ) -> Deal:
        return change(self.make(name, owner, amount, **fields), at=on, stage=self.won)


def build_paper() -> Paper:
    organisation = OrganisationFactory(time_zone="America/New_York", currency="USD")
    calendar.ensure_years(2025, 2026)
    ExchangeRateFactory(currency="EUR", valid_from=date(2020, 1, 1), rate="1.10")
    ExchangeRateFactory(currency="EUR", valid_from=date(2026, 2, 20), rate="1.25")
    sales = TeamFactory(name="Sales")
    world = Paper(
        organisation=organisation,
        sales=sales,
        north=TeamFactory(name="North", parent=sales),
        south=TeamFactory(name="South", parent=sales),
        mia=PersonFactory(full_name="Mia Manager", roles=(Role.MANAGER,)),
        max=PersonFactory(full_name="Max Manager", roles=(Role.MANAGER,)),
        rita=PersonFactory(full_name="Rita Rep", roles=(Role.REP,)),
        ron=PersonFactory(full_name="Ron Rep", roles=(Role.REP,)),
        rae=PersonFactory(full_name="Rae Rep", roles=(Role.REP,)),
        qualify=StageFactory(expected_days=20),
        propose=StageFactory(propose=True, expected_days=20),
        won=StageFactory(won=True),
        lost=StageFactory(lost=True),
    )
    _place(world)
    _close(world)
    return world


def _place(world: Paper) -> None:
    for lead, team in ((world.mia, world.north), (world.max, world.south)):
        TeamMembershipFactory(person=lead, team=team, is_lead=True)
    for person, team, manager in (
        (world.rita, world.north, world.mia),
        (world.rae, world.south, world.max),
    ):
        TeamMembershipFactory(person=person, team=team)
        ReportingLineFactory(person=person, manager=manager)
    TeamMembershipFactory(person=world.ron, team=world.north, valid_to=MOVE)
    TeamMembershipFactory(person=world.ron, team=world.south, valid_from=MOVE)
    ReportingLineFactory(person=world.ron, manager=world.mia, valid_to=MOVE)
    ReportingLineFactory(person=world.ron, manager=world.max, valid_from=MOVE)


def _close(world: Paper) -> None:
    """Q1 2026 at the end: Rita 11,000.00, Ron 5,000.50 for North and 10,500.25 for South, Rae
    2,350.01. North 16,000.50, South 12,850.26, Sales 28,850.76.
    """
    euro = {"account": AccountFactory(), "currency": "EUR"}
    world.win("plain", world.rita, "10000.00", at(1, 15))
    world.win("before the move", world.ron, "5000.50", at(2, 9, 23, 30))
    world.win("on the day of the move", world.ron, "7000.25", at(2, 10, 0, 30))
    world.win("at the first rate", world.rae, "1000.00", at(2, 19), **euro)  # 1,100.00
    world.win("at the second rate", world.rae, "1000.01", at(2, 20), **euro)  # 1,250.0125
    again = world.win("won twice", world.rita, "3000.00", at(1, 20))
    change(again, at=at(2, 1), stage=world.propose)
    change(again, at=at(2, 15), owner=world.ron)
    change(again, at=at(3, 5), stage=world.won, amount=Decimal("3500.00"))
    gone = world.win("archived later", world.rita, "9999.00", at(1, 22))
    change(gone, at=at(3, 1), archived_at=at(3, 1))
    world.win("without an amount", world.rita, None, at(3, 10))
    world.win("last minutes", world.rita, "1000.00", at(3, 31, 23, 30))
    world.win("first minutes after", world.rita, "600.00", at(4, 1, 0, 30))
    change(world.make("lost", world.rita, "8000.00"), at=at(2, 2), stage=world.lost)


def set_quotas(world: Paper) -> None:
    """Rita 20,000 for the quarter, 22,000 from 1 February; Ron 3,000 + 4,000 + 5,000 by month."""
    early, first = at(1, 1), world.period("Q1 2026")
    QuotaFactory(person=world.rita, period=first, target=20_000, set_at=early)
    QuotaFactory(person=world.rita, period=first, target=22_000, set_at=at(2, 1))
    for label, target in (("Jan 2026", 3000), ("Feb 2026", 4000), ("Mar 2026", 5000)):
        QuotaFactory(person=world.ron, period=world.period(label), target=target, set_at=early)


BOOKINGS = Measure.BOOKINGS
QUARTER = PeriodKind.QUARTER
