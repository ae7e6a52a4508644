import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from org.enums import Measure, PeriodKind
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.quotas import Quota
from org.services import calendar, quotas
from tests.factories.org import PersonFactory, TeamMembershipFactory
from tests.worlds import SalesTeam

URL = reverse("org:quotas")


@pytest.fixture
def year(sales_team: SalesTeam) -> FiscalPeriod:
    calendar.ensure_years(2026, 2026)
    return FiscalPeriod.objects.of_kind(PeriodKind.YEAR).get()


@pytest.fixture
def ada(sales_team: SalesTeam, client: Client) -> Client:
    client.force_login(sales_team.ada)
    return client


def quarter(number: int) -> FiscalPeriod:
    return FiscalPeriod.objects.get(label=f"Q{number} 2026")


def cell(person: Person, number: int) -> str:
    return f"person-{person.pk}-{quarter(number).pk}"


def seen(response: HttpResponse) -> str:
    return re.search(r'name="seen" value="(\d+)"', response.content.decode())[1]


def words(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def address(sales_team: SalesTeam, year: FiscalPeriod, **fields: object) -> str:
    given = {"year": year.pk, "kind": "quarter", "group": sales_team.north.pk} | fields
    return f"{URL}?" + "&".join(f"{key}={value}" for key, value in given.items())


def test_a_grid_is_typed_and_saved_with_one_reason(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    url = address(sales_team, year)
    data = {
        "seen": seen(ada.get(url)),
        "reason": "Annual plan",
        cell(sales_team.rita, 1): "120,000",
        cell(sales_team.rita, 2): "130000.50",
        f"team-{sales_team.north.pk}-{quarter(1).pk}": "250 000",
    }

    response = ada.post(url, data, follow=True)

    assert "3 quotas are changed." in words(response)
    assert set(Quota.objects.values_list("person", "team", "target", "reason", "set_by")) == {
        (sales_team.rita.pk, None, Decimal(120000), "Annual plan", sales_team.ada.pk),
        (sales_team.rita.pk, None, Decimal("130000.50"), "Annual plan", sales_team.ada.pk),
        (None, sales_team.north.pk, Decimal(250000), "Annual plan", sales_team.ada.pk),
    }
    assert 'value="130000.50"' in response.content.decode()
    assert "120,000.00" in words(response)


def test_saving_twice_changes_nothing_the_second_time(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    url = address(sales_team, year)
    data = {"seen": seen(ada.get(url)), "reason": "Plan", cell(sales_team.rita, 1): "10"}

    ada.post(url, data)
    again = ada.post(url, data, follow=True)

    assert "quotas are changed" in words(again) or "Nothing was changed" in words(again)
    assert Quota.objects.count() == 1


def test_adding_up_saves_nothing_and_keeps_what_was_typed(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    url = address(sales_team, year)
    data = {
        "preview": "1",
        "seen": "0",
        cell(sales_team.rita, 1): "100",
        cell(sales_team.ron, 1): "50",
        f"team-{sales_team.north.pk}-{quarter(1).pk}": "160",
    }

    response = ada.post(url, data)

    assert response.status_code == 200
    assert "People together 150" in words(response)
    assert "People together less the team -10" in words(response).replace("−", "-")
    assert 'value="100"' in response.content.decode()
    assert not Quota.objects.exists()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("abc", "Rita Rep, Q1 2026: Write the number in digits"),
        ("1.2e5", "Write the number in digits"),
        ("1,20", "Write the number in digits"),
        ("-5", "Rita Rep, Q1 2026: a quota is greater than zero"),
        ("0", "a quota is greater than zero"),
        ("1.005", "two decimals"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_is_saved(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod, typed: str, message: str
) -> None:
    url = address(sales_team, year)
    data = {
        "seen": "0",
        "reason": "Plan",
        cell(sales_team.rita, 1): typed,
        cell(sales_team.ron, 1): "50",
    }

    response = ada.post(url, data)

    assert response.status_code == 400
    assert message in words(response)
    assert f'value="{typed}"' in response.content.decode()
    assert 'value="50"' in response.content.decode()
    assert not Quota.objects.exists()


def test_without_a_reason_nothing_is_saved(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    data = {"seen": "0", "reason": "", cell(sales_team.rita, 1): "10"}

    response = ada.post(address(sales_team, year), data)

    assert response.status_code == 400
    assert 'id="id_reason_error"' in response.content.decode()
    assert not Quota.objects.exists()


def test_two_who_type_into_one_cell_the_second_is_told_both_values(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    url = address(sales_team, year)
    opened = seen(ada.get(url))
    for subject, amount in ((sales_team.rita, 500), (sales_team.ron, 600)):
        quotas.set_quota(
            by=sales_team.mia,
            subject=subject,
            measure=Measure.BOOKINGS,
            period=quarter(1),
            target=Decimal(amount),
            reason="Mine",
            at=timezone.now(),
        )

    response = ada.post(url, {"seen": opened, "reason": "Plan", cell(sales_team.rita, 1): "700"})

    assert response.status_code == 400
    assert "Rita Rep, Q1 2026: Mia Manager has set it to 500.00" in words(response)
    assert "you typed 700" in words(response)
    assert set(Quota.objects.values_list("target", flat=True)) == {500, 600}


def test_cells_left_alone_keep_what_others_set_in_the_meantime(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    url = address(sales_team, year)
    opened = seen(ada.get(url))
    quotas.set_quota(
        by=sales_team.mia,
        subject=sales_team.ron,
        measure=Measure.BOOKINGS,
        period=quarter(1),
        target=Decimal(600),
        reason="Mine",
        at=timezone.now(),
    )

    ada.post(
        url,
        {
            "seen": opened,
            "reason": "Plan",
            cell(sales_team.rita, 1): "700",
            cell(sales_team.ron, 1): "",
        },
    )

    now = Quota.objects.as_of(timezone.now())
    assert {(row.person, row.target) for row in now} == {
        (sales_team.rita, Decimal(700)),
        (sales_team.ron, Decimal(600)),
    }


def test_an_emptied_cell_withdraws_the_quota(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    url = address(sales_team, year)
    ada.post(url, {"seen": "0", "reason": "Plan", cell(sales_team.rita, 1): "10"})

    ada.post(url, {"seen": seen(ada.get(url)), "reason": "Left the market"})

    newest = Quota.objects.as_of(timezone.now()).get()
    assert (newest.target, newest.reason) == (None, "Left the market")


def test_a_manager_types_for_reports_and_cannot_smuggle_other_cells(
    client: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    client.force_login(sales_team.mia)
    url = address(sales_team, year, group="below")
    data = {
        "seen": "0",
        "reason": "Plan",
        cell(sales_team.rita, 1): "10",
        cell(sales_team.mia, 1): "1",
        cell(sales_team.rob, 1): "99",
        f"team-{sales_team.north.pk}-{quarter(1).pk}": "1",
    }

    client.post(url, data)

    assert [(row.person, row.target) for row in Quota.objects.all()] == [
        (sales_team.rita, Decimal(10))
    ]


def test_everybody_sees_what_they_may(
    client: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    for name, present, absent in (
        ("rita", "Rita Rep", "Ron Rep"),
        ("mia", "Ron Rep", "Rob Rep"),
        ("eve", "North", "Save quotas"),
    ):
        client.force_login(getattr(sales_team, name))
        text = words(client.get(URL))
        assert present in text, name
        assert absent not in text, name


def test_a_manager_opens_no_grid_of_another_team(
    client: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    client.force_login(sales_team.mia)

    response = client.get(address(sales_team, year, group=sales_team.south.pk))

    assert response.status_code == 400
    assert "Rob Rep" not in words(response)


def test_the_history_tells_when_from_to_why_and_who(
    ada: Client, sales_team: SalesTeam, year: FiscalPeriod
) -> None:
    for amount, reason, at in (
        ("1000", "Annual plan", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("1200.50", "Took over Acme", datetime(2026, 2, 5, 9, tzinfo=UTC)),
        (None, "Left sales", datetime(2026, 3, 5, 9, tzinfo=UTC)),
    ):
        quotas.set_quota(
            by=sales_team.mia,
            subject=sales_team.rita,
            measure=Measure.BOOKINGS,
            period=quarter(1),
            target=Decimal(amount) if amount else None,
            reason=reason,
            at=at,
        )

    text = words(ada.get(reverse("org:quota-history", args=["person", sales_team.rita.pk])))

    assert "Q1 2026 Bookings — 1,000.00 Annual plan Mia Manager" in text
    assert "Q1 2026 Bookings 1,000.00 1,200.50 Took over Acme Mia Manager" in text
    assert "Q1 2026 Bookings 1,200.50 Withdrawn Left sales Mia Manager" in text


def test_without_a_calendar_the_page_says_what_to_do(client: Client, db: None) -> None:
    client.force_login(PersonFactory(roles=["admin"]))

    body = client.get(URL).content.decode()

    assert "There is no fiscal calendar yet." in body
    assert reverse("org:organisation") in body


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("viewer", ["ada", "mia"])
def test_the_grid_asks_the_database_the_same_for_one_and_three(  # noqa: PLR0917 -- fixtures
    client: Client,
    sales_team: SalesTeam,
    year: FiscalPeriod,
    django_assert_num_queries,
    members: int,
    viewer: str,
) -> None:
    people = [sales_team.rita, sales_team.ron, PersonFactory(roles=["rep"])][:members]
    Person.objects.filter(pk__in=[sales_team.rita.pk, sales_team.ron.pk]).exclude(
        pk__in=[person.pk for person in people]
    ).update(is_active=False)
    if members == 3:
        TeamMembershipFactory(person=people[2], team=sales_team.north, valid_from=date(2026, 1, 1))
    client.force_login(getattr(sales_team, viewer))
    url = address(sales_team, year)
    client.get(url)

    with django_assert_num_queries(14):
        client.get(url)
