from html import unescape

import pytest
from django.utils.html import strip_tags

from pipeline.models.deal_people import DealContact
from tests.factories.pipeline import (
    AccountFactory,
    ContactFactory,
    DealContactFactory,
    DealFactory,
)
from tests.pipeline.views.test_deals import page


def words_of(response):
    return " ".join(unescape(strip_tags(response.content.decode())).split())


@pytest.fixture
def deal(sales_team, stages):
    return DealFactory(owner=sales_team.rita, account=AccountFactory(name="Acme"))


def test_people_are_named_given_another_role_and_taken_off(as_, sales_team, deal):
    ann = ContactFactory(account=deal.account, full_name="Ann Buyer")
    rita, address = as_(sales_team.rita), page(deal, "deal-contacts")
    assert "Nobody is named yet" in words_of(rita.get(page(deal)))

    assert rita.post(address, {"contact": ContactFactory().pk, "role": "user"}).status_code == 400
    rita.post(address, {"contact": ann.pk, "role": "user"})
    row = DealContact.objects.get()
    role = f"{address}{row.pk}/"
    assert "Ann Buyer User: change the role" in words_of(rita.get(page(deal)))
    rita.post(role, {"role": "champion"})
    assert "Ann Buyer Champion: change the role" in words_of(rita.get(page(deal)))
    assert "They were taken off this role" in words_of(rita.get(role))
    now = DealContact.objects.standing().get()
    rita.post(f"{address}{now.pk}/remove/")

    assert "Nobody is named yet" in words_of(rita.get(page(deal)))
    assert DealContact.objects.count() == 2


def test_a_row_of_another_deal_is_not_there(as_, sales_team, deal):
    other = DealContactFactory(deal__owner=sales_team.rita, deal__account=AccountFactory())
    rita = as_(sales_team.rita)
    address = f"{page(deal, 'deal-contacts')}{other.pk}/"

    assert rita.get(address).status_code == 404
    assert rita.post(f"{address}remove/").status_code == 404


def test_a_deal_without_an_account_says_what_to_do_first(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)

    assert "give the deal an account first" in words_of(rita.get(page(deal)))
    assert "give it an account first" in words_of(rita.get(page(deal, "deal-contacts")))


def test_contacts_can_be_called_and_written_to(as_, sales_team, deal):
    contact = ContactFactory(account=deal.account, phone="+1 555 0100", email="cleo@acme.example")
    DealContactFactory(deal=deal, contact=contact)

    content = as_(sales_team.rita).get(page(deal)).content.decode()

    assert 'href="tel:+1%20555%200100"' in content
    assert 'href="mailto:cleo@acme.example"' in content
