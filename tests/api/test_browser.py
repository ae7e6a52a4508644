"""The documentation and the token pages in a real browser, under the security policy."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from org.models.tokens import ApiToken
from pipeline.customers.models import Account
from tests.api.conftest import Program
from tests.browser import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
OF_SWAGGER = [
    "color-contrast",  # Its palette: white method names on pale green, grey version stamps.
    "heading-order",  # It goes from the title's first level to the tags' third.
    "region",  # Its title and servers stand before its main landmark.
    "nested-interactive",  # Its operations fold open by a button around the button that copies.
]


def test_the_documentation_draws_and_asks_no_other_server(
    page, sign_in, axe, live_server, sales_team
):
    sign_in(page, sales_team.rita)

    page.goto(live_server.url + reverse("api:tokens"))
    page.get_by_role("link", name="What the API offers").click()

    expect(page.locator("#operations-deals-deals_list")).to_be_visible(timeout=30_000)
    expect(page.get_by_role("main")).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_contain_text("salesmgr API")
    axe(page, ignore=OF_SWAGGER)
    undrawn = page.request.get(page.url).text()
    assert "<main>" in undrawn
    assert "<h1>What the API offers</h1>" in undrawn
    page.locator("#operations-deals-deals_list button").first.click()
    expect(page.get_by_text("Deals as they stood at the end of this day.")).to_be_visible()


def test_the_documentation_tries_out_what_it_describes(page, sign_in, live_server, sales_team):
    """A signed-in browser writes with its CSRF token, without a token of the API."""
    sign_in(page, sales_team.rita)
    page.goto(live_server.url + reverse("api:docs"))
    create = page.locator("#operations-accounts-accounts_create")
    create.locator("button").first.click(timeout=30_000)

    create.get_by_role("button", name="Try it out").click()
    create.locator("textarea").fill('{"name": "Tried out"}')
    create.get_by_role("button", name="Execute").click()

    expect(create.locator(".live-responses-table .response-col_status").last).to_contain_text("201")
    assert Account.objects.filter(name="Tried out").exists()


@pytest.fixture(params=[(theme, size) for theme in ("light", "dark") for size in (DESKTOP, PHONE)])
def ada_looks(request, page, sign_in, sales_team):
    """Sign Ada in, in each theme, wide and narrow."""
    theme, size = request.param
    sales_team.ada.set_password(PASSWORD)
    sales_team.ada.save()
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)
    sign_in(page, sales_team.ada)
    return page


def test_a_token_is_made_used_and_revoked(ada_looks, axe, live_server):
    page = ada_looks

    def settled(heading):
        expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
        axe(page)

    page.goto(live_server.url + reverse("api:tokens"))
    expect(page.get_by_text("You have no tokens.")).to_be_visible()
    settled("API tokens")
    page.get_by_role("link", name="New token").first.click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()
    settled("New API token")
    page.get_by_label("Name").fill("Warehouse export")
    page.get_by_role("button", name="Make the token").click()
    settled("Your new token")
    secret = page.get_by_label("Token", exact=True).input_value()
    assert Program(secret).get("me").status_code == 200

    page.get_by_role("link", name="I have copied it").click()
    settled("API tokens")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_role("button", name="Revoke Warehouse export").click()

    expect(page.get_by_text(re.compile("is revoked"))).to_be_visible()
    assert ApiToken.objects.get().revoked_at is not None
    assert Program(secret).get("me").status_code == 401
