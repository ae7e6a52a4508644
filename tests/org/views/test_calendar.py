import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from org.models.audit import AuditEntry
from org.models.calendar import ExchangeRate, FiscalPeriod, Holiday, Organisation
from org.services import calendar
from pipeline.deals.models import Deal
from tests.factories.org import ExchangeRateFactory, PersonFactory, QuotaFactory
from tests.factories.pipeline import DealFactory
from tests.worlds import SalesTeam

SETTINGS = {
    "name": "Northwind",
    "time_zone": "Asia/Kathmandu",
    "fiscal_year_start_month": "4",
    "currency": "eur",
    "working_days": ["0", "1", "2", "3"],
}


@pytest.fixture
def ada(sales_team: SalesTeam, client: Client) -> Client:
    client.force_login(sales_team.ada)
    return client


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_the_organisation_is_set_up_and_its_calendar_written(db: None, client: Client) -> None:
    client.force_login(PersonFactory(roles=["admin"]))
    assert client.get(reverse("org:organisation")).status_code == 200
    assert "No fiscal years yet." in words(client.get(reverse("org:calendar")))
    assert not Organisation.objects.exists()

    saved = client.post(reverse("org:organisation"), SETTINGS)

    assert saved.url == reverse("home")
    assert client.post(reverse("org:organisation"), SETTINGS).url == reverse("org:organisation")
    subject = Organisation.objects.get()
    assert (subject.currency, subject.working_days) == ("EUR", [0, 1, 2, 3])
    assert not subject.shows_leaderboard
    assert FiscalPeriod.objects.of_kind("year").count() == 6
    assert "Now" in words(client.get(reverse("org:calendar")))


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zone", "Mars/Base"), ("currency", "E1R"), ("working_days", ["9"]), ("name", "")],
)
def test_a_bad_setting_is_said_at_its_field(ada: Client, field: str, value: object) -> None:
    response = ada.post(reverse("org:organisation"), {**SETTINGS, field: value})

    assert response.status_code == 400
    assert f'id="id_{field}_error"' in response.content.decode()
    assert Organisation.objects.get().name == "Northwind Instruments"


def test_the_start_month_is_refused_once_quotas_exist(ada: Client) -> None:
    calendar.ensure_years(2026, 2026)
    QuotaFactory(period=FiscalPeriod.objects.of_kind("year").get())

    response = ada.post(reverse("org:organisation"), {**SETTINGS, "currency": "usd"})

    assert "Quotas are set for periods of this calendar" in words(response)
    assert Organisation.objects.get().fiscal_year_start_month == 1


def test_the_currency_is_refused_at_its_field_once_deals_have_amounts(ada: Client) -> None:
    deal = DealFactory(amount=Decimal("1200.50"), currency="USD")
    before = Organisation.objects.values().get()

    response = ada.post(
        reverse("org:organisation"), {**SETTINGS, "fiscal_year_start_month": "1", "name": "Other"}
    )

    assert response.status_code == 400
    fault = re.search(r'id="id_currency_error".*?</', response.content.decode(), flags=re.S)
    assert fault is not None
    assert "kept in this currency, so it stays" in fault[0]
    assert Organisation.objects.values().get() == before
    assert not AuditEntry.objects.filter(action="organisation.configure").exists()
    assert Deal.objects.get(pk=deal.pk).amount_base == Decimal("1200.50")


def test_years_days_off_and_rates_are_kept_on_the_calendar(ada: Client) -> None:
    ada.post(reverse("org:year-add"), {"year": 2030})
    ada.post(reverse("org:holiday-add"), {"day": "2026-12-25", "name": "Christmas"})
    ada.post(
        reverse("org:rate-set"), {"currency": "eur", "valid_from": "2026-01-01", "rate": "1.0825"}
    )

    def page(part: str, year: int = 2026) -> str:
        return words(ada.get(reverse("org:calendar"), {"part": part, "year": year}))

    assert "FY 2030" in page("years")
    assert "25 Dec 2026 Christmas" in page("holidays")
    assert "EUR 1 Jan 2026 1.0825" in page("rates")
    assert "Christmas" not in page("years") + page("rates") + page("holidays", 2027)
    assert "1.0825" not in page("rates", 2027)
    ada.post(reverse("org:holiday-remove", args=[Holiday.objects.get().pk]))
    ada.post(reverse("org:rate-remove", args=[ExchangeRate.objects.get().pk]))
    assert not Holiday.objects.exists()
    assert not ExchangeRate.objects.exists()


@pytest.mark.parametrize(
    ("url", "data", "message"),
    [
        ("org:year-add", {"year": 1800}, "greater than or equal to 1980"),
        ("org:holiday-add", {"day": "25.12.2026", "name": "X"}, "year-month-day"),
        ("org:holiday-add", {"day": "2026-01-01", "name": "Again"}, "already a day off"),
        ("org:rate-set", {"currency": "USD", "valid_from": "2026-01-01", "rate": "1"}, "always 1"),
        ("org:rate-set", {"currency": "EUR", "valid_from": "2026-01-01", "rate": "1e5"}, "digits"),
    ],
)
def test_a_refused_entry_says_why(ada: Client, url: str, data: dict, message: str) -> None:
    calendar.add_holiday(by=None, day=date(2026, 1, 1), name="New Year")

    response = ada.post(reverse(url), data)

    assert response.status_code == 400
    assert message in words(response)
    assert Holiday.objects.count() == 1
    assert not ExchangeRate.objects.exists()


def test_a_rate_by_which_a_deal_was_converted_stays_and_says_so(ada: Client) -> None:
    rate = ExchangeRateFactory(currency="EUR", valid_from=date(2026, 1, 1), rate="1.10")
    DealFactory(amount=Decimal(100), currency="EUR")

    removed = ada.post(reverse("org:rate-remove", args=[rate.pk]), follow=True)
    changed = ada.post(
        reverse("org:rate-set"), {"currency": "EUR", "valid_from": "2026-01-01", "rate": "1.2"}
    )

    assert "Amounts were converted by this rate, so it stays" in words(removed)
    assert changed.status_code == 400
    assert "Amounts were converted at 1.1, so the rate of this day stays." in words(changed)
    assert ExchangeRate.objects.get().rate == Decimal("1.10")
    assert not AuditEntry.objects.filter(action__startswith="exchange_rate").exists()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_calendar_asks_the_database_the_same_for_one_and_three(
    ada: Client, django_assert_num_queries, rows: int
) -> None:
    for number in range(rows):
        calendar.ensure_years(2026 + number, 2026 + number)
        calendar.add_holiday(by=None, day=date(2026, 1, 1 + number), name="Off")
    ada.get(reverse("org:calendar"))

    with django_assert_num_queries(6):
        ada.get(reverse("org:calendar"))
