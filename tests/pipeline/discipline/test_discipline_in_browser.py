"""The pages of stage discipline in a real browser, at both widths."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from org import access
from org.services.calendar import ensure_years
from pipeline.discipline.models import Framework, StageOverride
from pipeline.discipline.services import setup as exit_setup
from tests.browser import DESKTOP, PHONE, fits
from tests.factories.pipeline import (
    CompetitorFactory,
    ContactFactory,
    DealFactory,
    ProductFactory,
    StageFactory,
)
from tests.pages import address_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["wide", "narrow"]
)


@pytest.fixture
def team(sales_team):
    ensure_years(access.today().year - 1, access.today().year + 1)
    return sales_team


@pytest.fixture
def deal(team):
    qualify = StageFactory()
    exit_setup.add_criterion(qualify, by=None, statement="Buyer confirmed the budget")
    fields = ["contacts", "products", "next_step"]
    exit_setup.require_fields(qualify, by=None, fields=fields, at=datetime.now(UTC))
    ProductFactory(name="Lamp", list_price=90, currency="USD")
    account = ContactFactory(full_name="Nora Known").account
    return DealFactory(owner=team.rita, account=account, currency="USD", name="Lamps")


@LOOKS
def test_a_move_takes_all_that_its_exit_asks_for(page, sign_in, axe, deal, *, theme, size):
    propose = StageFactory(propose=True)
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)
    sign_in(page, deal.owner)
    page.goto(f"{reverse('analytics:deal-move', args=[deal.pk])}?stage={propose.pk}")
    page.get_by_label("Next step").fill("Send the offer")
    page.get_by_role("button", name="Move").click()
    axe(page)
    assert fits(page)
    expect(page.get_by_label("Next step")).to_have_value("Send the offer")

    page.get_by_label("Contact", exact=True).select_option(label="Nora Known")
    page.get_by_label("Role of the contact").select_option("champion")
    page.get_by_label("Product", exact=True).select_option(label="Lamp")
    page.get_by_label("Buyer confirmed the budget").fill("E-mail of 3 March")
    page.get_by_role("button", name="Move").click()

    expect(page.get_by_text("now stands in Propose")).to_be_visible()
    page.wait_for_load_state("networkidle")  # The page of the deal loads parts of itself.
    assert not StageOverride.objects.exists()


@LOOKS
def test_a_new_deal_in_a_later_stage_is_made_without_it_for_a_reason(
    page, sign_in, axe, team, deal, *, theme, size
):
    StageFactory(propose=True)
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)
    sign_in(page, team.rita)
    page.goto(reverse("analytics:deal-new"))
    page.get_by_label("Deal", exact=True).fill("Mirrors")
    page.get_by_label("Stage").select_option(label="Propose")
    page.get_by_role("button", name="Create the deal").click()
    axe(page)
    assert fits(page)
    page.get_by_label("Or create it without").fill("They called us")
    page.get_by_role("button", name="Create the deal").click()

    expect(page.get_by_text("Mirrors is created.")).to_be_visible()
    page.wait_for_load_state("networkidle")  # The page of the deal loads parts of itself.
    assert StageOverride.objects.get().reason == "They called us"


def test_the_set_up_and_the_counts_can_be_read_by_all(page, sign_in, inspect, team, deal):
    lost = DealFactory(
        owner=team.rita,
        stage=StageFactory(lost=True),
        lost_reason="competitor",
        competitor=CompetitorFactory(),
    )
    framework = Framework.objects.filter(archived_at=None).first()
    StageOverride.objects.create(
        deal=deal, deal_version=9, from_stage=deal.stage, to_stage=lost.stage, owner=team.rita,
        missing=["Next step"], reason="In a hurry",
    )  # fmt: skip
    sign_in(page, team.ada)
    for name, args in (
        ("stage-exit", [deal.stage_id]),
        ("criterion-new", [deal.stage_id]),
        ("frameworks", []),
        ("losses", []),
        ("loss-reason-new", []),
    ):
        page.goto(address_of(name, args=args))
        inspect(page)
    sign_in(page, team.mia)
    for name, args, query in (
        ("overrides", [], ""),
        ("overrides", [], "?list=moves"),
        ("closings", [], ""),
        ("deal-closing", [lost.pk], ""),
        ("deal-exit", [deal.pk], ""),
        ("deal-qualify", [deal.pk, framework.pk], ""),
        ("deal", [lost.pk], ""),
    ):
        page.goto(address_of(name, args=args) + query)
        page.wait_for_load_state("networkidle")
        inspect(page)
