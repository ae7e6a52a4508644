import uuid
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from hiring import services
from hiring.models import Application, Candidate
from org import private
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_recruiter_brings_a_candidate_to_an_interview(page, sign_in, axe, sales_team):
    sign_in(page, sales_team.rex)
    page.goto("/hiring/")
    axe(page)
    page.get_by_role("main").get_by_role("link", name="Open a requisition").first.click()
    axe(page)
    page.get_by_label("Title").fill("Account executive")
    page.get_by_label("Team").select_option(label="North")
    page.get_by_label("Hiring manager").select_option(label="Mia Manager")
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("link", name="Add a candidate").click()
    page.get_by_label("Name").fill("Nora New")
    page.get_by_role("button", name="Add the candidate").click()
    axe(page)
    page.get_by_role("link", name="Nora New").click()
    page.get_by_label("Move to").select_option(label="Interview")
    page.get_by_role("button", name="Move").click()

    expect(page.get_by_role("listitem").filter(has_text="Interview")).to_be_visible()
    axe(page)
    assert Application.objects.get().stage.name == "Interview"


def test_erasing_asks_and_then_erases_on_a_phone(page, sign_in, axe, sales_team):
    requisition = services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
    )
    services.add_candidate(
        requisition,
        by=sales_team.rex,
        full_name="Nora New",
        submission=uuid.uuid4(),
        at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    page.set_viewport_size(PHONE)
    sign_in(page, sales_team.rex)
    with private.reading_as(sales_team.rex):
        candidate = Candidate.objects.get()
    page.goto(candidate.get_absolute_url())
    axe(page)

    page.get_by_label("Erase name, contact data and notes for good").check()
    page.get_by_role("button", name="Erase").click()

    expect(page.get_by_role("heading", name="Erased candidate")).to_be_visible()
    with private.reading_as(sales_team.rex):
        assert Candidate.objects.get().erased_at is not None
