import re
from datetime import date

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from org.models.territories import Territory
from pipeline.customers.models import Account, AccountTerritory
from pipeline.customers.services import assign_account
from tests.factories.org import TerritoryFactory
from tests.factories.pipeline import AccountFactory
from tests.worlds import SalesTeam


@pytest.fixture
def ada(sales_team: SalesTeam, client: Client) -> Client:
    client.force_login(sales_team.ada)
    return client


@pytest.fixture
def europe(db: None) -> Territory:
    return TerritoryFactory(name="Europe")


def words(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def page(client: Client, territory: Territory, **query: str) -> str:
    return words(client.get(reverse("pipeline:territory-accounts", args=[territory.pk]), query))


def assign(client: Client, territory: Territory, **data: str) -> HttpResponse:
    url = reverse("pipeline:territory-assign", args=[territory.pk])
    return client.post(url, {"since": "2026-01-01"} | data, follow=True)


def test_accounts_are_pasted_into_a_territory(ada: Client, europe: Territory) -> None:
    AccountFactory(name="Acme")
    AccountFactory(name="Bolt", external_id="A-2")
    AccountFactory(name="Cogs")

    done = assign(ada, europe, accounts=" acme \nA-2\n")

    assert "They lie in Europe." in words(done)
    assert set(AccountTerritory.objects.values_list("account__name", "valid_from")) == {
        ("Acme", date(2026, 1, 1)),
        ("Bolt", date(2026, 1, 1)),
    }
    assert "Cogs" not in page(ada, europe)
    assert "Cogs" in page(ada, europe, nowhere="on")
    assert "Acme" not in page(ada, europe, nowhere="on")


def test_a_line_that_fits_none_or_several_is_named_and_nothing_is_assigned(
    ada: Client, europe: Territory
) -> None:
    AccountFactory(name="Acme")
    AccountFactory(name="Twin")
    AccountFactory(name="TWIN")
    AccountFactory(name="Gone", archived_at="2026-01-01T00:00Z")

    answer = words(assign(ada, europe, accounts="Acme\nTwin\nGone\nNobody"))

    assert "Line 2: several accounts are called “Twin”. Use their id." in answer
    assert "Line 3: there is no account called “Gone”." in answer
    assert "Line 4: there is no account called “Nobody”." in answer
    assert not AccountTerritory.objects.exists()


def test_an_account_is_taken_out_from_a_day_on(ada: Client, europe: Territory) -> None:
    acme = AccountFactory(name="Acme")
    assign_account(acme, by=None, territory=europe, since=date(2026, 1, 1))
    url = reverse("pipeline:territory-release", args=[europe.pk, acme.pk])

    assert "Give the day" in words(ada.post(url, {"on": "soon"}, follow=True))
    ada.post(url, {"on": "2026-02-01"})

    assert AccountTerritory.objects.get().valid_to == date(2026, 2, 1)
    assert ada.post(url, {"on": "2026-03-01"}).status_code == 404


def test_both_lists_can_be_downloaded(ada: Client, europe: Territory) -> None:
    acme = AccountFactory(name="Acme", country="Norway")
    AccountFactory(name="=Bolt")
    assign_account(acme, by=None, territory=europe, since=date(2026, 1, 1))
    url = reverse("pipeline:territory-file", args=[europe.pk])

    inside = b"".join(ada.get(url).streaming_content).decode()
    outside = b"".join(ada.get(url, {"nowhere": "on"}).streaming_content).decode()

    assert inside.splitlines()[1:] == ["Acme,,,Norway"]
    assert outside.splitlines()[1:] == ["'=Bolt,,,"]


def test_an_archived_territory_takes_no_accounts(ada: Client) -> None:
    closed = TerritoryFactory(archived_at="2026-01-01T00:00Z")
    AccountFactory(name="Acme")

    assert "is archived" in words(assign(ada, closed, accounts="Acme"))
    assert not AccountTerritory.objects.exists()


@pytest.mark.parametrize("accounts", [1, 3])
def test_the_list_asks_the_database_the_same_for_one_and_three(
    ada: Client, europe: Territory, django_assert_num_queries, accounts: int
) -> None:
    for _ in range(accounts):
        assign_account(AccountFactory(), by=None, territory=europe, since=date(2026, 1, 1))
    url = reverse("pipeline:territory-accounts", args=[europe.pk])
    ada.get(url)

    with django_assert_num_queries(5):
        answer = ada.get(url)

    assert words(answer).count("since 1 Jan 2026") == accounts
    assert Account.objects.count() == accounts
