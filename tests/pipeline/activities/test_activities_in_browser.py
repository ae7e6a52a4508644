"""Logging activities in a real browser: by keyboard, by a double click, and on a phone."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from org import access
from org.services.calendar import ensure_years
from pipeline.activities.models import Activity
from tests.browser import PHONE
from tests.factories.pipeline import AccountFactory, ContactFactory, DealFactory
from tests.pipeline.activities.test_calendars import event, wrapped

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def team(sales_team):
    ensure_years(access.today().year, access.today().year)
    optics = AccountFactory(name="Acme Optics")
    DealFactory(name="Renewal of lenses", owner=sales_team.rita, account=optics)
    ContactFactory(full_name="Nora Novak", email="nora@acme.example", account=optics)
    return sales_team


def test_an_activity_is_logged_from_anywhere_by_keyboard(page, sign_in, axe, team):
    sign_in(page, team.rita)
    page.goto(reverse("pipeline:accounts") + "?text=acme")
    page.get_by_role("link", name="Log activity").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Log activity")

    expect(dialog.get_by_label("Deal")).to_be_focused()
    axe(page)
    page.keyboard.type("acme")
    expect(page.locator("#quick-deals option")).to_have_attribute("value", "Renewal of lenses")
    dialog.get_by_label("Deal").fill("Renewal of lenses")
    dialog.get_by_label("Contact").press_sequentially("nor")
    expect(page.locator("#quick-contacts option")).to_have_count(1)
    dialog.get_by_label("Contact").fill("Nora Novak")
    dialog.get_by_label("In a few words").fill("Talked about the offer")
    dialog.get_by_label("Next step", exact=True).fill("Send it")
    dialog.get_by_role("button", name="Save activity").dblclick()

    expect(page.get_by_text("Logged: Talked about the offer.")).to_be_visible()
    assert page.url.endswith("/accounts/?text=acme")
    logged = Activity.objects.get()
    assert (logged.contact.full_name, logged.deal.next_step) == ("Nora Novak", "Send it")


def test_a_refused_activity_keeps_what_was_typed(page, sign_in, axe, team):
    page.set_viewport_size(PHONE)
    sign_in(page, team.rita)
    page.goto(reverse("analytics:deals"))
    page.get_by_role("link", name="Log activity").click()
    dialog = page.get_by_role("dialog", name="Log activity")
    dialog.get_by_label("Deal").fill("Renewal of glass")
    dialog.get_by_label("In a few words").fill("Talked")
    dialog.get_by_role("button", name="Save activity").click()

    expect(page.get_by_text("There is no deal of this name.")).to_be_visible()
    expect(page.get_by_label("In a few words")).to_have_value("Talked")
    axe(page)
    page.get_by_label("Deal").fill("renewal of lenses")
    page.get_by_role("button", name="Save activity").click()
    expect(page.get_by_text("Logged: Talked.")).to_be_visible()
    assert page.url.endswith("/deals/")


def test_rows_are_pasted_and_named_where_they_are_wrong(page, sign_in, axe, team):
    sign_in(page, team.rita)
    page.goto(reverse("pipeline:activity-bulk"))
    cells = [
        ["Renewal of lenses", "Meeting", "Two-way", "2026-03-02 10:00", "Demo"],
        ["Nothing", "Call", "", "2026-03-02 11:00", "Talked"],
    ]
    page.get_by_label("Row 1: Deal").evaluate(
        """(input, text) => {
            const data = new DataTransfer();
            data.setData("text/plain", text);
            const options = { clipboardData: data, bubbles: true };
            input.dispatchEvent(new ClipboardEvent("paste", options));
        }""",
        "\n".join("\t".join(row) for row in cells),
    )
    expect(page.get_by_label("Row 1: What")).to_have_value("meeting")
    expect(page.get_by_label("Row 1: When")).to_have_value("2026-03-02T10:00")
    page.get_by_role("button", name="Log all rows").click()

    expect(page.get_by_text("Row 2, Deal: There is no deal of this name.")).to_be_visible()
    axe(page)
    assert not Activity.objects.exists()
    page.get_by_role("button", name="Log the good rows").click()
    expect(page.get_by_text("1 logged.")).to_be_visible()
    expect(page.get_by_label("Row 2: Deal")).to_have_value("Nothing")
    assert Activity.objects.get().direction == "both"


def test_a_calendar_is_loaded_and_logged(page, sign_in, axe, team, tmp_path):
    day = timezone.now() - timedelta(days=3)
    file = tmp_path / "week.ics"
    file.write_bytes(wrapped(event(f"DTSTART:{day:%Y%m%d}T090000Z")))
    page.set_viewport_size(PHONE)
    sign_in(page, team.rita)
    page.goto(reverse("pipeline:calendars"))
    axe(page)
    page.get_by_label("Calendar file").set_input_files(file)
    page.get_by_role("button", name="Load the file").click()

    expect(page.get_by_text("Nora Novak")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Log the ticked meetings").dblclick()
    expect(
        page.get_by_text("1 meetings logged.").or_(page.get_by_text("Nothing new"))
    ).to_be_visible()
    assert Activity.objects.get().deal.name == "Renewal of lenses"
    for name in ("process:activity-attainment", "process:activity-outcomes"):
        page.goto(reverse(name))
        axe(page)
