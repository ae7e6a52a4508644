from datetime import UTC, datetime

import pytest
from django.urls import reverse

from pipeline.accounts.models import Merge
from pipeline.accounts.services import merge_rows
from pipeline.customers.models import Account, Contact
from tests.factories.pipeline import AccountFactory, ContactFactory, DealFactory
from tests.imports.runs import executed, imported, planned, table

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


def pairs(client, kind: str = "accounts"):
    response = client.get(reverse("pipeline:duplicates", args=[kind]))
    assert response.status_code == 200
    return [
        (str(duplicates.one), str(duplicates.other), duplicates.why)
        for duplicates in response.context["found"].page.rows
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GTX Pro", "GTXPro"),
        ("Acme", "ACME Inc."),
        ("Müller & Söhne GmbH", "Muller and Sohne"),
        ("The Brick House", "Brick House, Ltd"),
        ("L'Orange S.A.", "LOrange SA"),
        ("三菱商事", "三菱商事 Co., Ltd."),
    ],
)
def test_one_name_spelt_in_two_ways_is_found(sales_team, as_, one: str, other: str):
    AccountFactory(name=one)
    AccountFactory(name=other)
    AccountFactory(name="Somebody else")

    assert pairs(as_(sales_team.mia)) == [
        (one, other, "The same name, but for spelling and legal form")
    ]


@pytest.mark.parametrize(
    ("one", "other"), [("Plant 1 GmbH", "Plant 2 GmbH"), ("Inc", "Ltd"), ("Acme East", "Acme West")]
)
def test_other_names_are_not(sales_team, as_, one: str, other: str):
    AccountFactory(name=one)
    AccountFactory(name=other)

    assert pairs(as_(sales_team.mia)) == []


def test_one_web_address_is_found_but_not_within_a_group(sales_team, as_):
    parent = AccountFactory(name="Northwind", website="https://www.northwind.example/about")
    AccountFactory(name="Wholesale", website="northwind.example", parent=parent)
    AccountFactory(name="NW Trading", website="NORTHWIND.example:443")

    assert [(one, other) for one, other, _ in pairs(as_(sales_team.mia))] == [
        ("Northwind", "NW Trading"),
        ("Wholesale", "NW Trading"),
    ]


def test_contacts_of_one_address_or_of_one_name_at_one_account_are_found(sales_team, as_):
    acme, other = AccountFactory(name="Acme"), AccountFactory(name="Other")
    ContactFactory(account=acme, full_name="Ann Lee", email="ann@acme.example")
    ContactFactory(account=other, full_name="A. Lee", email="ANN@acme.example")
    ContactFactory(account=acme, full_name="Bob Stone", email="")
    ContactFactory(account=acme, full_name="Bob  Stone", email="bob@acme.example")
    ContactFactory(account=other, full_name="Bob Stone", email="")

    assert pairs(as_(sales_team.rita), "contacts") == [
        ("Ann Lee", "A. Lee", "The same e-mail address"),
        ("Bob Stone", "Bob  Stone", "The same name, but for spelling and legal form"),
    ]


def test_a_manager_compares_merges_and_takes_it_back(sales_team, as_):
    kept = AccountFactory(name="GTX Pro", industry="Optics", country="Spain")
    gone = AccountFactory(name="GTXPro", industry="Lenses")
    DealFactory(owner=sales_team.rita, account=gone)
    client = as_(sales_team.mia)
    url = reverse("pipeline:merge", args=["accounts", kept.pk, gone.pk])

    page = client.get(url)
    facts = {line.label: (line.one, line.other) for line in page.context["sides"]}
    assert facts["Industry"] == ("Optics", "Lenses")
    assert facts["Deals that you see"] == ("0", "1")
    assert "take-country" not in page.context["form"].fields
    sent = {"keep": "one", "take-name": "one", "take-industry": "other"}
    response = client.post(url, sent)

    assert response.url == reverse("pipeline:account", args=[kept.pk])
    kept.refresh_from_db()
    assert (kept.industry, kept.deals.count()) == ("Lenses", 1)
    assert client.post(url, sent).url == response.url
    assert Merge.objects.count() == 1
    gone_page = client.get(reverse("pipeline:account", args=[gone.pk])).content.decode()
    assert "Merged into" in gone_page
    client.post(reverse("pipeline:merge-undo", args=[Merge.objects.get().pk]))
    kept.refresh_from_db()
    assert (kept.industry, kept.deals.count()) == ("Optics", 0)


def test_a_row_that_somebody_merged_meanwhile_is_not_merged_again(sales_team, as_):
    kept, gone = AccountFactory(name="GTX Pro"), AccountFactory(name="GTXPro")
    other = AccountFactory(name="GTX-Pro")
    deal = DealFactory(owner=sales_team.rita, account=gone)
    client = as_(sales_team.mia)
    url = reverse("pipeline:merge", args=["accounts", kept.pk, gone.pk])
    assert client.get(url).status_code == 200
    merge_rows(other, gone, by=sales_team.ada, at=NOW)

    late = client.post(url, {"keep": "one", "take-name": "one"})

    assert late.status_code == 400
    assert "GTXPro" in " ".join(late.context["form"].non_field_errors())
    deal.refresh_from_db()
    assert deal.account == other
    assert Merge.objects.count() == 1


def test_two_that_are_two_are_not_asked_about_again(sales_team, as_):
    one, other = AccountFactory(name="Acme"), AccountFactory(name="Acme Inc")
    client = as_(sales_team.mia)
    client.post(reverse("pipeline:set-apart", args=["accounts", other.pk, one.pk]))

    assert pairs(client) == []


def test_a_rep_sees_the_pairs_and_whom_to_ask(sales_team, as_):
    AccountFactory(name="Acme")
    AccountFactory(name="Acme Inc")

    html = (
        as_(sales_team.rita).get(reverse("pipeline:duplicates", args=["accounts"])).content.decode()
    )

    assert "Your manager or an admin can merge them." in html
    assert "Compare" not in html


def test_a_new_account_like_another_is_asked_about_first(sales_team, as_):
    known = AccountFactory(name="GTX Pro")
    client = as_(sales_team.rita)

    asked = client.post(reverse("pipeline:account-new"), {"name": "GTXPro GmbH"})

    assert asked.status_code == 400
    assert known.get_absolute_url() in asked.content.decode()
    assert Account.objects.count() == 1
    client.post(reverse("pipeline:account-new"), {"name": "GTXPro GmbH", "same_name_too": "on"})
    assert Account.objects.count() == 2


def test_a_new_contact_like_another_is_asked_about_first(sales_team, as_):
    acme, other = AccountFactory(name="Acme"), AccountFactory(name="Other")
    ContactFactory(account=other, full_name="Ann Lee", email="ann@acme.example")
    client, sent = as_(sales_team.rita), {"full_name": "Ann Lee", "email": "Ann@Acme.example"}
    url = reverse("pipeline:contact-new", args=[acme.pk])

    asked = client.post(url, sent)

    assert "Ann Lee at Other" in asked.content.decode()
    assert Contact.objects.count() == 1
    client.post(url, {**sent, "another_too": "on"})
    assert Contact.objects.count() == 2


def test_an_import_says_what_is_likely_here(sales_team, as_):
    AccountFactory(name="GTX Pro")
    run = planned(
        "accounts", table("Name | Industry\nGTXPro Inc | Optics\nNew one | Food"), by=sales_team.ada
    )

    response = as_(sales_team.ada).get(reverse("imports:import", args=[run.pk]))

    (likely,) = response.context["plan"].likely
    assert (likely.name, likely.known) == ("GTXPro Inc", "GTX Pro")
    assert "Likely here already" in response.content.decode()


def test_a_file_that_names_both_rows_makes_neither_again(sales_team):
    """After a merge the same file changes nothing, and a deal of the old name finds the new row."""
    accounts = table("Name\nGTX Pro\nGTXPro Inc")
    imported("accounts", accounts, by=sales_team.ada)
    kept, gone = (Account.objects.get(name=name) for name in ("GTX Pro", "GTXPro Inc"))
    merge_rows(kept, gone, by=sales_team.ada, at=NOW)

    again = planned("accounts", accounts, by=sales_team.ada)
    assert again.plan["counts"] | {"refuse": 0} == again.plan["counts"]
    assert (again.plan["counts"]["create"], again.plan["counts"]["leave"]) == (0, 2)
    contacts = planned("contacts", table("Name | Account\nAnn Lee | gtxpro inc"), by=sales_team.ada)
    executed(contacts)
    assert Contact.objects.get(full_name="Ann Lee").account == kept


def test_saying_that_they_are_two_needs_two(sales_team, as_):
    one = AccountFactory(name="Acme")
    url = reverse("pipeline:set-apart", args=["accounts", one.pk, one.pk])
    assert as_(sales_team.mia).post(url).status_code == 404
