from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from org.models.audit import AuditEntry
from pipeline.customers.models import Account, Contact
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import (
    AccountFactory,
    ActivityFactory,
    ContactFactory,
    DealFactory,
)
from tests.pages import address_of, form_of

pytestmark = pytest.mark.django_db


def page(row, name="account"):
    return address_of(name, args=[row.pk])


def test_the_list_shows_the_viewers_own_deals_of_shared_accounts(as_, sales_team, stages):
    account = AccountFactory(name="Acme Optics", industry="Optics")
    AccountFactory(name="Zeta")
    DealFactory(owner=sales_team.rita, account=account, amount=100)
    DealFactory(owner=sales_team.rita, account=account, stage=stages.won, amount=7)
    DealFactory(owner=sales_team.rob, account=account, amount=1000)

    rita, eve = (as_(person).get("/accounts/") for person in (sales_team.rita, sales_team.eve))

    rows = {row.account.name: row for row in rita.context["table"].rows}
    assert (rows["Acme Optics"].open_deals, rows["Acme Optics"].open_amount) == (1, Decimal(100))
    assert (rows["Zeta"].open_deals, rows["Zeta"].open_amount) == (0, None)
    assert eve.context["table"].rows[0].open_amount == Decimal(1100)


def test_the_list_is_searched_and_filtered(as_, sales_team):
    AccountFactory(name="Acme Optics", industry="Optics", country="Peru")
    AccountFactory(name="Beta", industry="Food", country="Peru")
    AccountFactory(name="Gone", archived_at=timezone.now())
    rita = as_(sales_team.rita)

    def found(**query):
        return [row.account.name for row in rita.get("/accounts/", query).context["table"].rows]

    assert found() == ["Acme Optics", "Beta"]
    assert found(sort="-name") == ["Beta", "Acme Optics"]
    assert found(text="opt") == ["Acme Optics"]
    assert found(industry="food") == ["Beta"]
    assert found(country="peru") == ["Acme Optics", "Beta"]
    assert found(archived="1") == ["Gone"]
    assert rita.get("/accounts/", {"sort": "owner__password"}).status_code == 400


def test_an_account_page_shows_what_the_viewer_may_see(as_, sales_team, stages):
    account = AccountFactory()
    ContactFactory(account=account, full_name="Ann Buyer")
    mine = DealFactory(name="Mine", owner=sales_team.rita, account=account, amount=100)
    hidden = DealFactory(name="Hidden", owner=sales_team.rob, account=account, amount=900)
    ActivityFactory(subject="My call", deal=mine, account=account, person=sales_team.rita)
    ActivityFactory(subject="His call", deal=hidden, account=account, person=sales_team.rob)

    shown = text_of(as_(sales_team.rita).get(page(account)))

    assert "Ann Buyer" in shown
    assert "Mine" in shown
    assert "My call" in shown
    assert "Hidden" not in shown
    assert "His call" not in shown
    assert f"?status=open&account={account.pk}" in shown


def test_a_second_account_of_the_same_name_is_made_on_purpose_alone(as_, sales_team):
    AccountFactory(name="Acme")
    rita = as_(sales_team.rita)

    refused = rita.post("/accounts/new/", {"name": " ACME "})
    assert refused.status_code == 400
    assert "This may be there already" in text_of(refused)
    made = rita.post("/accounts/new/", {"name": "ACME", "same_name_too": "on"})

    assert made.status_code == 302
    assert Account.objects.count() == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Acme", "employees": "-1"}, "employees"),
        ({"name": "Acme", "employees": "99999999999"}, "employees"),
        ({"name": "Acme", "annual_revenue": "1e9"}, "annual_revenue"),
        ({"name": "Acme", "founded_year": "12"}, "founded_year"),
        ({"name": "Acme", "parent": "Nobody Inc"}, "parent"),
        ({"name": "Acme\u202e"}, "name"),
    ],
)
def test_a_bad_account_is_explained_on_its_field(as_, sales_team, typed, field):
    response = as_(sales_team.rita).post("/accounts/new/", typed)

    assert response.status_code == 400
    assert list(response.context["form"].errors) == [field]
    assert not Account.objects.exists()


def test_two_editors_of_different_fields_both_keep_their_change(as_, sales_team):
    account = AccountFactory(name="Acme", website="old.example")
    rita, rob = as_(sales_team.rita), as_(sales_team.rob)
    address = page(account, "account-edit")
    hers, his = (form_of(client.get(address), having="name") for client in (rita, rob))

    rita.post(address, hers | {"website": "new.example"})
    rob.post(address, his | {"industry": "Optics"})

    account.refresh_from_db()
    assert (account.website, account.industry) == ("new.example", "Optics")
    assert AuditEntry.objects.about(account).count() == 2


def test_the_second_editor_of_a_field_is_told_and_may_insist(as_, sales_team):
    account = AccountFactory(name="Acme", website="old.example")
    rita, rob = as_(sales_team.rita), as_(sales_team.rob)
    address = page(account, "account-edit")
    hers, his = (form_of(client.get(address), having="name") for client in (rita, rob))
    rita.post(address, hers | {"website": "hers.example"})

    told = rob.post(address, his | {"website": "his.example", "industry": "Optics"})
    assert told.status_code == 409
    assert "“hers.example”" in text_of(told)
    account.refresh_from_db()
    assert (account.website, account.industry) == ("hers.example", "")

    again = form_of(told, having="name")
    assert (again["website"], again["industry"]) == ("his.example", "Optics")
    rob.post(address, again)
    account.refresh_from_db()
    assert (account.website, account.industry) == ("his.example", "Optics")


def test_an_account_with_open_deals_is_not_archived(as_, sales_team, stages):
    account = AccountFactory()
    deal = DealFactory(owner=sales_team.rob, account=account)
    rita = as_(sales_team.rita)

    rita.post(page(account, "account-archive"))
    account.refresh_from_db()
    assert account.archived_at is None

    deal.__class__.objects.filter(pk=deal.pk).update(stage=stages.lost)
    rita.post(page(account, "account-archive"))
    account.refresh_from_db()
    assert account.archived_at is not None

    rita.post(page(account, "account-archive"))
    account.refresh_from_db()
    assert account.archived_at is None


def test_contacts_are_entered_once_edited_and_taken_out(as_, sales_team):
    account = AccountFactory()
    rita = as_(sales_team.rita)
    typed = {"full_name": "Ann Buyer", "email": "ann@example.com"}

    rita.post(page(account, "contact-new"), typed)
    twice = rita.post(page(account, "contact-new"), typed)
    bad = rita.post(page(account, "contact-new"), {"full_name": "Bea", "email": "bea"})
    assert list(twice.context["form"].errors) == ["full_name"]
    assert list(bad.context["form"].errors) == ["email"]

    ann = Contact.objects.get()
    data = form_of(rita.get(page(ann, "contact-edit")), having="full_name")
    rita.post(page(ann, "contact-edit"), data | {"title": "Head of Buying"})
    assert "Head of Buying" in text_of(rita.get(page(account)))

    rita.post(page(ann, "contact-archive"))
    assert "Ann Buyer" not in text_of(rita.get(page(account)))


def test_lists_and_pages_ask_as_much_for_one_row_as_for_three(as_, sales_team, stages):
    mia = as_(sales_team.mia)
    account = AccountFactory()
    mia.get("/accounts/")
    for address in ("/accounts/", page(account), "/activities/"):
        counted = []
        for number in (1, 2):
            for _ in range(number):
                ContactFactory(account=account)
                deal = DealFactory(owner=sales_team.rita, account=account)
                ActivityFactory(deal=deal, account=account, person=sales_team.ron)
                DealFactory(owner=sales_team.rita, account=AccountFactory(owner=sales_team.ron))
            with CaptureQueriesContext(connection) as queries:
                assert mia.get(address).status_code == 200
            counted.append(len(queries))
        assert counted[0] == counted[1], address
        assert counted[0] <= 15, [query["sql"][:150] for query in queries.captured_queries]


# Activities


def test_activities_are_listed_for_whom_one_stands_above(as_, sales_team):
    def logged(subject, person, **about):
        return ActivityFactory(subject=subject, person=person, **about)

    hidden = DealFactory(name="Hidden deal", owner=sales_team.rob)
    logged("By Rita", sales_team.rita)
    logged("By Rob", sales_team.rob)
    logged("Ron helped Rob", sales_team.ron, deal=hidden, account=None)
    logged("Rob helped Rita", sales_team.rob, deal=DealFactory(owner=sales_team.rita))
    logged("Taken out", sales_team.rita, archived_at=timezone.now())

    response = as_(sales_team.mia).get("/activities/")

    subjects = {row.subject for row in response.context["table"].rows}
    assert subjects == {"By Rita", "Ron helped Rob", "Rob helped Rita"}
    assert "Hidden deal" not in text_of(response)


def test_activities_are_filtered_by_person_kind_and_the_organisations_days(as_, sales_team):
    sales_team.organisation.__class__.objects.update(time_zone="Pacific/Auckland")
    early = datetime(2026, 3, 1, 10, tzinfo=UTC)  # 23:00 on 1 March in Auckland
    late = datetime(2026, 3, 1, 12, tzinfo=UTC)  # 01:00 on 2 March
    ActivityFactory(subject="Early", person=sales_team.rita, occurred_at=early, kind="meeting")
    ActivityFactory(subject="Late", person=sales_team.ron, occurred_at=late)
    mia = as_(sales_team.mia)

    def found(**query):
        return {row.subject for row in mia.get("/activities/", query).context["table"].rows}

    assert found() == {"Early", "Late"}
    assert found(person=sales_team.rita.pk) == {"Early"}
    assert found(kind="call") == {"Late"}
    assert found(since="2026-03-02") == {"Late"}
    assert found(before="2026-03-02") == {"Early"}
    assert mia.get("/activities/", {"person": sales_team.rob.pk}).status_code == 400


def test_who_saw_what_can_be_no_number_is_told_of_the_number_of_now(as_, sales_team):
    account = AccountFactory(name="Acme", employees=7)
    rita = as_(sales_team.rita)
    address = page(account, "account-edit")
    data = form_of(rita.get(address), having="name")

    told = rita.post(address, data | {"employees": "9", "initial-employees": "many"})

    assert told.status_code == 409
    assert "Somebody changed this meanwhile to “7”" in text_of(told)
    account.refresh_from_db()
    assert account.employees == 7
