"""Deals in a real browser: made, edited by two at once, moved by keyboard, logged on."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from playwright.sync_api import expect

from pipeline import history
from pipeline.activities.models import Activity
from pipeline.deals.models import Deal, DealLine
from pipeline.people.models import StagePeople
from pipeline.stages.models import Stage
from tests import worlds
from tests.browser import DESKTOP, PHONE
from tests.factories.pipeline import (
    AccountFactory,
    ActivityFactory,
    ContactFactory,
    DealContactFactory,
    DealFactory,
    ProductFactory,
    StageFactory,
)
from tests.pages import address_of
from tests.worlds import sales_team_of_today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def spectrometers() -> SimpleNamespace:
    """A few deals of Rita's with a story, at an account with a contact."""
    team = sales_team_of_today()
    stages = SimpleNamespace(
        qualify=StageFactory(expected_days=5),
        propose=StageFactory(propose=True),
        won=StageFactory(won=True),
        lost=StageFactory(lost=True),
    )
    account = AccountFactory(name="Acme Optics", industry="Optics", country="Peru")
    start = timezone.now() - timedelta(days=12)
    deal = DealFactory(
        name="Spectrometers for the new lab",
        owner=team.rita,
        account=account,
        amount=12_500,
        created_at=start,
        expected_close_on=(start + timedelta(days=8)).date(),
        next_step="Send the offer",
    )
    with history.writing(
        by=team.mia, source="api", reason="Scope grew", at=start + timedelta(days=2)
    ):
        Deal.objects.filter(pk=deal.pk).update(amount=15_000)
    contact = ContactFactory(account=account, full_name="Ann Buyer", title="Head of Buying")
    DealContactFactory(deal=deal, contact=contact)
    DealLine.objects.create(deal=deal, product=ProductFactory(), quantity=2, unit_price=6250)
    ActivityFactory(
        deal=deal, account=account, person=team.rita, occurred_at=start + timedelta(days=1)
    )
    won = DealFactory(
        name="Microscopes",
        owner=team.ron,
        stage=stages.won,
        account=account,
        created_at=datetime(2026, 1, 7, tzinfo=UTC),
    )
    DealFactory(name="Lenses", owner=team.rita, amount=None)
    return SimpleNamespace(
        team=team, stages=stages, account=account, deal=deal, contact=contact, won=won
    )


world = worlds.world(spectrometers)


@pytest.fixture
def other_page(chromium, live_server):
    """Another browser, for a second person."""
    context = chromium.new_context(base_url=live_server.url)
    yield context.new_page()
    context.close()


def at(name, *rows):
    return address_of(name, args=[row.pk for row in rows])


def test_a_rep_makes_a_deal_with_a_suggested_account(page, sign_in, world):
    sign_in(page, world.team.rita)
    page.goto(at("deals"))
    page.get_by_role("link", name="New deal").first.click()
    page.get_by_label("Deal", exact=True).fill("Telescopes")
    page.get_by_label("Account").press_sequentially("acm")
    expect(page.locator("#account-options option")).to_have_attribute("value", "Acme Optics")
    page.get_by_label("Account").fill("Acme Optics")
    page.get_by_label("Amount").fill("4200.50")
    page.get_by_role("button", name="Create the deal").click()

    expect(page.get_by_role("heading", name="Telescopes", level=1)).to_be_visible()
    expect(page.get_by_text("Telescopes is created.")).to_be_visible()
    made = Deal.objects.get(name="Telescopes")
    assert (made.owner, made.account) == (world.team.rita, world.account)


def test_a_deal_is_made_and_moved_without_scripts(chromium, live_server, sign_in, world):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, world.team.rita)
    page.goto(at("deal-new"))
    page.get_by_label("Deal", exact=True).fill("Plain")
    page.get_by_label("Account").fill("acme optics")
    page.get_by_role("button", name="Create the deal").click()
    page.get_by_role("link", name="Lost…").click()
    page.get_by_label("Loss reason").select_option("price")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Plain now stands in Lost.")).to_be_visible()
    context.close()

    assert Deal.objects.get(name="Plain").lost_reason == "price"


def test_two_people_edit_one_deal(page, other_page, sign_in, axe, world):
    hers, his = page, other_page
    sign_in(hers, world.team.rita)
    sign_in(his, world.team.mia)
    for browser in (hers, his):
        browser.goto(at("deal-edit", world.deal))
    hers.get_by_label("Amount").fill("18000")
    hers.get_by_role("button", name="Save").click()
    expect(hers.get_by_text("Saved.")).to_be_visible()
    his.get_by_label("Amount").fill("20000")
    his.get_by_label("Next step", exact=True).fill("Visit the lab")
    his.get_by_role("button", name="Save").click()

    expect(his.get_by_role("heading", name="Somebody changed this deal meanwhile")).to_be_visible()
    amount = his.get_by_role("group", name="Amount")
    expect(amount.get_by_text("20,000.00")).to_be_visible()
    expect(amount.get_by_text("18,000.00")).to_be_visible()
    expect(amount.get_by_text("by Rita Rep")).to_be_visible()
    axe(his)
    assert Deal.objects.get(pk=world.deal.pk).amount == 18_000
    # Without a choice for the contested field the browser does not send the form.
    his.get_by_role("button", name="Save what I chose").click()
    expect(amount.get_by_role("radio").first).to_be_focused()
    amount.get_by_role("radio", name="Stored now").check()
    his.get_by_role("button", name="Save what I chose").click()
    expect(his.get_by_text("Saved.")).to_be_visible()

    saved = Deal.objects.get(pk=world.deal.pk)
    assert (saved.amount, saved.next_step) == (18_000, "Visit the lab")


def test_a_deal_is_moved_and_closed_by_keyboard_alone(page, sign_in, axe, world):
    sign_in(page, world.team.rita)
    page.goto(at("deal", world.deal))
    page.get_by_role("button", name="Move to Propose").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=step]")).to_contain_text("Propose")

    page.get_by_role("link", name="Won…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Close as won")).to_be_visible()
    axe(page)
    page.get_by_label("What shows that it is won?").focus()
    page.keyboard.type("Order 4711")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[aria-current=step]")).to_contain_text("Won")

    deal = Deal.objects.get(pk=world.deal.pk)
    assert (deal.stage, deal.win_evidence) == (world.stages.won, "Order 4711")


def test_an_activity_is_logged_once_though_clicked_twice(page, sign_in, world):
    sign_in(page, world.team.rita)
    page.goto(at("deal", world.deal))
    page.get_by_label("In a few words").fill("Talked about delivery")
    page.get_by_role("button", name="Save activity").dblclick()

    expect(page.get_by_text("Call: Talked about delivery")).to_be_visible()
    assert Activity.objects.filter(subject="Talked about delivery").count() == 1


def test_a_phone_shows_list_and_deal_without_scrolling_sideways(page, sign_in, world):
    page.set_viewport_size(PHONE)
    sign_in(page, world.team.mia)
    for address in (
        at("deals"),
        at("deal", world.deal),
        at("deal-edit", world.deal),
        at("accounts"),
        at("account", world.account),
        at("activities"),
    ):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= PHONE["width"], address


def test_a_long_stage_does_not_push_a_gap_out_of_the_page(page, sign_in, world):
    StagePeople.objects.create(stage=world.stages.qualify, named=["economic_buyer"])
    Stage.objects.update(name=Concat("name", Value(" with everybody who decides on it")))
    sign_in(page, world.team.rita)
    page.goto(at("deal", world.deal))

    expect(page.locator(".deal-gaps li").first).to_contain_text("who decides on it")
    assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP["width"]


def test_the_pages_have_no_accessibility_fault_and_fit(page, sign_in, inspect, world):
    sign_in(page, world.team.ada)
    for address in (
        at("deals"),
        at("deals") + "?status=open&closes_in=this-month&as_of=2026-02-01",
        at("deals") + "?text=nothing",
        at("deals") + "?owner=0",
        at("deal", world.deal),
        at("deal", world.won),
        at("deal-new"),
        at("deal-edit", world.deal),
        at("deal-move", world.deal),
        at("deal-archive", world.deal),
        at("deal-contacts", world.deal),
        at("deal-line-new", world.deal),
        at("accounts"),
        at("account", world.account),
        at("account-new"),
        at("account-edit", world.account),
        at("contact-new", world.account),
        at("contact-edit", world.contact),
        at("activities"),
        at("activity-new"),
        at("stages"),
        at("stage-new"),
        at("stage", world.stages.qualify),
    ):
        page.goto(address)
        inspect(page)
