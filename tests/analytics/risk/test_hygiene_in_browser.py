"""The hygiene worklist, leavers and what is merged in a real browser."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from analytics.risk.models import Disposition
from org import access
from org.services import people
from org.services.calendar import ensure_years
from tests.browser import DESKTOP, PHONE, fits
from tests.factories.pipeline import AccountFactory, DealFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LOOKS = pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["wide", "narrow"]
)


@pytest.fixture
def team(sales_team):
    ensure_years(access.today().year - 1, access.today().year + 1)
    DealFactory(
        name="Renewal of lenses", owner=sales_team.rita, amount=None, created_at=datetime.now(UTC)
    )
    return sales_team


@LOOKS
def test_breaches_are_decided_once_by_a_double_click(page, sign_in, axe, team, *, theme, size):
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)
    sign_in(page, team.rita)
    page.goto(reverse("analytics:hygiene"))

    page.locator("summary", has_text="Decide").click()
    axe(page)
    assert fits(page)
    page.get_by_role("checkbox", name="No amount").uncheck()
    page.get_by_role("button", name="Save").dblclick()

    expect(page.get_by_text("Noted for Renewal of lenses.").first).to_be_visible()
    decided = list(Disposition.objects.values_list("signal", flat=True))
    assert len(decided) == len(set(decided))
    assert "no_amount" not in decided
    assert {"no_step", "no_contact", "no_close_date"} <= set(decided)


@LOOKS
def test_leavers_are_found_and_their_deals_given_on(page, sign_in, axe, team, *, theme, size):
    people.deactivate(team.rita, by=team.ada, on=access.today())
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)
    sign_in(page, team.ada)
    page.goto(reverse("process:leavers"))
    axe(page)
    assert fits(page)

    page.get_by_label("Offer a leaver's open deals to").select_option("manager")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Rita Rep").first.click()
    expect(page.get_by_label("New owner")).to_have_value(str(team.mia.pk))
    axe(page)
    page.get_by_role("button", name="Hand over").dblclick()

    expect(page.get_by_text("There is nothing to hand over.")).to_be_visible()


@LOOKS
def test_two_accounts_are_compared_and_made_one(page, sign_in, axe, team, *, theme, size):
    one, other = AccountFactory(name="Acme Optics"), AccountFactory(name="Acme Optics Ltd")
    DealFactory(owner=team.rita, account=one, expected_close_on=access.today() + timedelta(days=9))
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)
    sign_in(page, team.ada)
    page.goto(reverse("pipeline:duplicates", args=["accounts"]))
    axe(page)

    page.goto(reverse("pipeline:merge", args=["accounts", one.pk, other.pk]))
    axe(page)
    assert fits(page)
