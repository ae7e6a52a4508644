import re

import pytest
from playwright.sync_api import expect

from coaching import services
from coaching.models import ActionItem, Note, PrivateNote
from org import access, private
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_manager_holds_a_one_on_one(page, sign_in, axe, sales_team):
    sign_in(page, sales_team.mia)
    page.goto("/one-on-ones/")
    axe(page)
    page.get_by_label("With").select_option(label="Rita Rep")
    page.get_by_role("button", name="Start").click()
    page.get_by_role("button", name="Plan").click()

    page.get_by_label("Note for both").fill("Good week <b>really</b>")
    page.get_by_role("button", name="Add the note").click()
    page.get_by_label("What").fill("Send the offer")
    page.get_by_role("button", name="Add the item").click()
    page.get_by_label("Only you read this").fill("Ready for more")
    page.get_by_role("button", name="Save my note").click()
    page.get_by_role("button", name="Mark as held").click()

    expect(page.get_by_text("Good week <b>really</b>")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="Send the offer")).to_be_visible()
    expect(page.get_by_label("Only you read this")).to_have_value("Ready for more")
    axe(page)
    page.get_by_role("button", name=re.compile("^Done.*Send the offer")).click()
    expect(
        page.get_by_role("button", name=re.compile("^Open again.*Send the offer"))
    ).to_be_visible()
    assert (Note.objects.count(), ActionItem.objects.get().state) == (1, "done")
    with private.reading_as(sales_team.mia):
        assert PrivateNote.objects.get().body == "Ready for more"


def test_the_other_one_reads_the_shared_note_alone_on_a_phone(page, sign_in, axe, sales_team):
    series = services.start(by=sales_team.mia, person=sales_team.rita, manager=sales_team.mia)
    session = services.plan_session(series, by=sales_team.mia, on=access.today())
    services.write_private_note(session, by=sales_team.mia, body="Canary", version=0)
    page.set_viewport_size(PHONE)
    sign_in(page, sales_team.rita)

    page.goto(session.get_absolute_url())

    expect(page.get_by_label("Only you read this")).to_have_value("")
    assert "Canary" not in page.content()
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_two_windows_of_one_author_do_not_overwrite_each_other(page, sign_in, sales_team):
    series = services.start(by=sales_team.mia, person=sales_team.rita, manager=sales_team.mia)
    session = services.plan_session(series, by=sales_team.mia, on=access.today())
    sign_in(page, sales_team.mia)
    page.goto(session.get_absolute_url())
    services.write_private_note(session, by=sales_team.mia, body="From the phone", version=0)

    page.get_by_label("Only you read this").fill("From the desk")
    page.get_by_role("button", name="Save my note").click()

    expect(page.get_by_role("alert")).to_contain_text("From the phone")
    expect(page.get_by_label("Only you read this")).to_have_value("From the desk")
    page.get_by_role("button", name="Save my note").click()
    with private.reading_as(sales_team.mia):
        assert PrivateNote.objects.get().body == "From the desk"
