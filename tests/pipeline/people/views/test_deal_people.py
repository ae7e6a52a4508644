from html import unescape

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from pipeline.deals.models import Deal, DealCollaborator, DealContact
from tests.analytics.deals.views.test_deals import page
from tests.factories.pipeline import (
    AccountFactory,
    ActivityFactory,
    ContactFactory,
    DealContactFactory,
    DealFactory,
)


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
    assert "Ann Buyer Never met User: change the role" in words_of(rita.get(page(deal)))
    rita.post(role, {"role": "champion"})
    assert "Ann Buyer Never met Champion: change the role" in words_of(rita.get(page(deal)))
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


def test_engagement_and_who_is_missing_stand_beside_the_people(as_, sales_team, deal, stages):
    ann, ben, cleo = (
        ContactFactory(account=deal.account, full_name=name) for name in ("Ann", "Ben", "Cleo")
    )
    Deal.objects.filter(pk=deal.pk).update(stage=stages.propose)
    for contact, role in ((ann, "champion"), (ben, "technical"), (cleo, "user")):
        DealContactFactory(deal=deal, contact=contact, role=role)
    about = {"deal": deal, "person": sales_team.rita, "occurred_at": timezone.now()}
    ActivityFactory(contact=ann, kind="meeting", **about)
    ActivityFactory(contact=ben, kind="email", direction="out", **about)
    ActivityFactory(contact=cleo, kind="note", **about)

    words = words_of(as_(sales_team.rita).get(page(deal)))

    assert "Ann Last talked with just now, 1 in 30 days" in words
    assert "Ben Never met" in words
    assert "Cleo Never met" in words
    assert "Technical never met, although Propose needs it" in words
    assert "No economic buyer named, although Propose needs one" in words
    assert "Champion never met" not in words


def test_what_a_stage_needs_is_set_up_by_admins(as_, sales_team, deal, stages):
    ada, address = as_(sales_team.ada), f"/setup/stages/{stages.qualify.pk}/people/"
    rita = as_(sales_team.rita)
    assert "Legal" not in words_of(rita.get(page(deal)))

    sent = ada.post(address, {"named": ["legal"], "engaged": ["user"]})

    assert sent.status_code == 302
    words = words_of(rita.get(page(deal)))
    assert "No legal named, although Qualify needs one" in words
    assert "No user named, although Qualify needs one" in words
    shown = ada.get(address).context["form"]
    assert set(shown["named"].value()) == {"legal", "user"}
    assert shown["engaged"].value() == ["user"]
    assert rita.get(address).status_code == 403
    assert ada.post(address, {}).status_code == 302
    assert "although Qualify needs one" not in words_of(rita.get(page(deal)))


def test_a_colleague_is_let_in_and_ended_on_the_page(as_, sales_team, deal):
    rita, stan = as_(sales_team.rita), as_(sales_team.stan)
    assert stan.get(page(deal)).status_code == 404
    address = page(deal, "deal-collaborators")

    refused = rita.post(address, {"person": sales_team.rita.pk, "role": "sponsor"})
    rita.post(address, {"person": sales_team.stan.pk, "role": "solution_engineer"})

    assert refused.status_code == 400
    part = words_of(rita.get(page(deal, "deal-credit")))
    assert "Stan Stranger Solution engineer, since" in part
    shown = words_of(stan.get(page(deal)))
    assert "Log an activity" in shown
    assert "Add people" not in shown
    assert stan.get(page(deal, "deal-edit")).status_code == 403
    assert "Let a colleague help" not in words_of(stan.get(page(deal, "deal-credit")))
    row = DealCollaborator.objects.get()
    rita.post(f"{address}{row.pk}/remove/")
    assert stan.get(page(deal)).status_code == 404
