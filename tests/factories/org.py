"""One factory for each of org's models: minimal and unsurprising."""

from datetime import UTC, date, datetime

import factory
from factory.django import DjangoModelFactory

from org.enums import Measure, PeriodKind, TokenScope
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.models.people import Person, ReportingLine, RoleGrant
from org.models.quotas import Quota
from org.models.teams import Team, TeamMembership
from org.models.territories import Territory
from org.models.tokens import ApiToken

LONG_AGO = date(2020, 1, 1)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation
        django_get_or_create = ("id",)

    id = 1
    name = "Northwind Instruments"
    currency = "USD"
    time_zone = "UTC"


class PersonFactory(DjangoModelFactory):
    class Meta:
        model = Person
        skip_postgeneration_save = True

    full_name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    started_on = LONG_AGO

    @factory.post_generation
    def roles(self, create: bool, extracted: tuple[str, ...] | None, **_: object) -> None:
        if create and extracted:
            RoleGrant.objects.bulk_create(RoleGrant(person=self, role=role) for role in extracted)


class ReportingLineFactory(DjangoModelFactory):
    class Meta:
        model = ReportingLine

    person = factory.SubFactory(PersonFactory)
    manager = factory.SubFactory(PersonFactory)
    valid_from = LONG_AGO


class TeamFactory(DjangoModelFactory):
    class Meta:
        model = Team

    name = factory.Sequence(lambda n: f"Team {n}")


class TeamMembershipFactory(DjangoModelFactory):
    class Meta:
        model = TeamMembership

    team = factory.SubFactory(TeamFactory)
    person = factory.SubFactory(PersonFactory)
    valid_from = LONG_AGO


class TerritoryFactory(DjangoModelFactory):
    class Meta:
        model = Territory

    name = factory.Sequence(lambda n: f"Territory {n}")


class ExchangeRateFactory(DjangoModelFactory):
    class Meta:
        model = ExchangeRate

    currency = "EUR"
    valid_from = LONG_AGO
    rate = "1.10"


class FiscalYearFactory(DjangoModelFactory):
    class Meta:
        model = FiscalPeriod

    kind = PeriodKind.YEAR
    label = factory.LazyAttribute(lambda o: f"FY {o.start_on.year}")
    start_on = date(2026, 1, 1)
    end_on = factory.LazyAttribute(lambda o: o.start_on.replace(year=o.start_on.year + 1))


class QuotaFactory(DjangoModelFactory):
    class Meta:
        model = Quota

    person = factory.SubFactory(PersonFactory)
    measure = Measure.BOOKINGS
    period = factory.SubFactory(FiscalYearFactory)
    target = 100_000
    reason = "Annual plan"
    set_at = datetime(2026, 1, 1, tzinfo=UTC)


class ApiTokenFactory(DjangoModelFactory):
    class Meta:
        model = ApiToken

    person = factory.SubFactory(PersonFactory)
    name = factory.Sequence(lambda n: f"Token {n}")
    scope = TokenScope.WRITE
    digest = factory.Sequence(lambda n: f"{n:064x}")
    hint = "abcd"
    expires_at = datetime(2199, 1, 1, tzinfo=UTC)


class HolidayFactory(DjangoModelFactory):
    class Meta:
        model = Holiday

    day = date(2026, 12, 25)
    name = "Day off"
