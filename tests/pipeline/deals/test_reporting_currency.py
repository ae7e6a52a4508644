from collections.abc import Callable

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from org.enums import Measure
from pipeline.deals.models import Deal
from tests.factories.org import ExchangeRateFactory, OrganisationFactory, QuotaFactory
from tests.factories.pipeline import AccountFactory, DealFactory


def change_currency() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE org_organisation SET currency = 'EUR'")


def currency() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT currency FROM org_organisation")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "keep",
    [
        lambda: DealFactory(amount=0),
        lambda: (ExchangeRateFactory(currency="CHF"), DealFactory(amount=5, currency="CHF")),
        lambda: QuotaFactory(measure=Measure.BOOKINGS),
        lambda: AccountFactory(annual_revenue=10),
        lambda: ExchangeRateFactory(currency="EUR"),
    ],
    ids=["deal", "foreign deal", "quota", "revenue", "rate"],
)
def test_sql_cannot_change_the_currency_of_what_is_kept(keep: Callable[[], object]) -> None:
    OrganisationFactory(currency="USD")
    keep()

    with pytest.raises(IntegrityError) as refusal:
        change_currency()

    assert refusal.value.__cause__.diag.constraint_name == "organisation_currency_stays"
    assert currency() == "USD"


@pytest.mark.django_db(transaction=True)
def test_an_amount_of_the_past_keeps_the_currency_too() -> None:
    OrganisationFactory(currency="USD")
    deal = DealFactory(amount=5)
    Deal.objects.filter(pk=deal.pk).update(amount=None)

    with pytest.raises(IntegrityError):
        change_currency()

    assert not Deal.objects.filter(amount__isnull=False).exists()
    assert currency() == "USD"


@pytest.mark.django_db
def test_the_currency_may_change_while_no_amount_is_kept() -> None:
    OrganisationFactory(currency="USD")
    DealFactory(amount=None)
    QuotaFactory(measure=Measure.DEALS_WON)
    AccountFactory(annual_revenue=None)

    change_currency()

    assert currency() == "EUR"


@pytest.mark.django_db(transaction=True)
def test_a_deal_that_is_being_written_is_waited_for() -> None:
    OrganisationFactory(currency="USD")
    deal = DealFactory(amount=None)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE pipeline_deal SET amount = 7 WHERE id = %s", [deal.pk])

        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '300ms'")
            with pytest.raises(OperationalError, match="lock timeout"):
                change_currency()
        other.commit()
    finally:
        other.close()

    with pytest.raises(IntegrityError):
        change_currency()
    assert currency() == "USD"
