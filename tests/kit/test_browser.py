"""The look and the behaviour, in a real browser: each theme, wide and narrow."""

import re
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse
from playwright.sync_api import Page, expect

from org.enums import Role
from org.models.people import Person
from tests.browser import DESKTOP, PHONE, Axe, Inspect, SignIn, fits
from tests.factories.org import OrganisationFactory, PersonFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Size = dict[str, int]


@pytest.fixture
def ada() -> Person:
    OrganisationFactory()
    return PersonFactory(full_name="Ada Admin", email="ada@example.com", roles=[Role.ADMIN])


def chosen(page: Page, theme: str, size: Size) -> None:
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)


def test_patterns_are_accessible_and_fit(
    page: Page, sign_in: SignIn, inspect: Inspect, ada: Person
) -> None:
    sign_in(page, ada)

    page.goto("/patterns/")
    expect(page.locator("#won .plot-container .bars .point").first).to_be_visible()
    page.locator("#won summary").click()

    inspect(page)


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["wide", "narrow"]
)
def test_a_chosen_theme_is_kept_whatever_the_system_prefers(
    page: Page, sign_in: SignIn, ada: Person, *, theme: str, size: Size
) -> None:
    chosen(page, theme, size)
    page.emulate_media(color_scheme="light" if theme == "dark" else "dark")
    sign_in(page, ada)

    page.goto("/patterns/")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)
    expect(page.locator("#won .plot-container .bars .point").first).to_be_visible()
    assert fits(page)


def test_entrance_is_accessible_and_fits(page: Page, inspect: Inspect, ada: Person) -> None:
    for address, heading in (
        (reverse("account_login"), "Sign in"),
        (reverse("account_reset_password"), "Reset your password"),
        ("/nowhere/", "Not found"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)

        inspect(page)


def test_chart_opens_the_rows_of_the_bar_that_is_clicked(
    page: Page, sign_in: SignIn, ada: Person
) -> None:
    sign_in(page, ada)
    page.goto("/patterns/")

    page.locator("#won .bars .point").first.click(force=True)

    expect(page).to_have_url(re.compile(r"/patterns/#tables$"))


def test_chart_is_drawn_again_in_the_colours_of_the_other_theme(
    page: Page, sign_in: SignIn, ada: Person
) -> None:
    chosen(page, "light", DESKTOP)
    sign_in(page, ada)
    page.goto("/patterns/")
    bar = page.locator("#won .bars .point path").first
    expect(bar).to_have_css("fill", "rgb(37, 99, 184)")

    page.locator(".kit-user summary").click()
    page.get_by_text("Dark", exact=True).click()

    expect(bar).to_have_css("fill", "rgb(111, 163, 242)")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_chart_that_htmx_brings_is_drawn(page: Page, sign_in: SignIn, ada: Person) -> None:
    sign_in(page, ada)
    page.goto("/patterns/")
    expect(page.locator("#flow .bars .point")).to_have_count(4)
    page.evaluate("document.querySelector('#flow').dataset.old = 'yes'")

    page.evaluate(
        "htmx.ajax('GET', '/patterns/', {target: '#flow', select: '#flow', swap: 'outerHTML'})"
    )

    expect(page.locator("#flow:not([data-old]) .bars .point")).to_have_count(4)


def test_htmx_sends_the_token_that_django_asks_for(
    page: Page, sign_in: SignIn, ada: Person
) -> None:
    sign_in(page, ada)
    page.goto("/patterns/")

    with page.expect_response(lambda answer: answer.request.method == "POST") as posted:
        page.evaluate("htmx.ajax('POST', '/patterns/', {swap: 'none'})")

    assert posted.value.request.headers["x-csrftoken"]
    assert posted.value.status == 405


def test_paper_is_light_and_holds_the_content_alone(
    page: Page, sign_in: SignIn, ada: Person
) -> None:
    chosen(page, "dark", DESKTOP)
    sign_in(page, ada)
    page.goto("/patterns/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")

    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")
    expect(page.locator(".kit-sidebar")).to_be_hidden()
    expect(page.get_by_role("heading", name="Patterns")).to_be_visible()
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_dialog_opens_by_keyboard_and_gives_the_focus_back(
    page: Page, sign_in: SignIn, axe: Axe, ada: Person
) -> None:
    sign_in(page, ada)
    page.goto("/patterns/")
    opener = page.get_by_role("link", name="Lost…")

    opener.focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("dialog", name="Close the deal as lost")).to_be_visible()
    axe(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(opener).to_be_focused()


def test_menu_of_the_phone_opens_and_skip_link_leads_to_the_content(
    page: Page, sign_in: SignIn, ada: Person
) -> None:
    chosen(page, "light", PHONE)
    sign_in(page, ada)
    page.goto("/patterns/")
    link = page.get_by_role("navigation", name="Pages").get_by_role("link", name="Getting started")
    expect(link).to_be_hidden()

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()

    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()


def test_without_scripts_the_menu_and_the_table_are_there(
    chromium: Any, live_server: Any, sign_in: SignIn, ada: Person
) -> None:
    context = chromium.new_context(
        base_url=live_server.url, viewport=PHONE, java_script_enabled=False
    )
    page = context.new_page()
    sign_in(page, ada)

    page.goto("/patterns/")

    expect(page.get_by_role("navigation", name="Pages").get_by_role("link")).not_to_have_count(0)
    expect(page.get_by_role("navigation", name="Pages").get_by_role("link").first).to_be_visible()
    page.get_by_role("link", name="Account", exact=True).click()
    expect(page).to_have_url(re.compile(r"\?sort=name$"))
    context.close()


def test_form_is_sent_once_however_often_it_is_clicked(page: Page, ada: Person) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.goto(reverse("account_reset_password"))
    page.get_by_label("Email").fill("ada@example.com")
    sent.clear()

    page.get_by_role("button", name="Send the link").dblclick()

    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    assert sent.count("POST") == 1


def test_forgotten_password_is_replaced_and_signs_in(page: Page, axe: Axe, ada: Person) -> None:
    page.goto(reverse("account_login"))
    page.get_by_role("link", name="Forgot your password?").click()
    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    axe(page)

    link = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[-1].body)
    assert link is not None
    page.goto(link[1])
    axe(page)
    page.get_by_label("New Password", exact=True).fill("short")
    page.get_by_label("New Password (again)").fill("short")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_text("at least 12 characters").first).to_be_visible()
    axe(page)
    for label in ("New Password", "New Password (again)"):
        page.get_by_label(label, exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Save the password").click()
    expect(page.get_by_role("heading", name="Password changed")).to_be_visible()
    page.get_by_role("link", name="Sign in").click()

    page.get_by_label("Email").fill("ada@example.com")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()

    expect(page).not_to_have_url(re.compile("/auth/"))
    page.goto(reverse("account_change_password"))
    expect(page.get_by_role("heading", name="Change password")).to_be_visible()
    axe(page)
    page.locator(".kit-user summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
