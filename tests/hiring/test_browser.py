import uuid
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from hiring import services
from hiring.models import Application, Candidate
from org import private
from org.models.people import RoleGrant
from tests.browser import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_recruiter_brings_a_candidate_to_an_interview(page, sign_in, axe, sales_team):
    sign_in(page, sales_team.rex)
    page.goto("/hiring/")
    axe(page)
    page.get_by_role("main").get_by_role("link", name="Open a requisition").first.click()
    expect(page.get_by_label("Title")).to_be_visible()
    axe(page)
    page.get_by_label("Title").fill("Account executive")
    page.get_by_label("Team").select_option(label="North")
    page.get_by_label("Hiring manager").select_option(label="Mia Manager")
    page.get_by_role("button", name="Open it").click()
    page.get_by_role("link", name="Add a candidate").click()
    page.get_by_label("Name").fill("Nora New")
    page.get_by_role("button", name="Add the candidate").click()
    expect(page.get_by_role("link", name="Nora New")).to_be_visible()
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


def test_two_editors_of_a_candidate_on_a_phone(page, sign_in, axe, sales_team):
    requisition = services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
    )
    candidate = services.add_candidate(
        requisition,
        by=sales_team.rex,
        full_name="Nora New",
        phone="12",
        submission=uuid.uuid4(),
        at=datetime(2026, 3, 2, tzinfo=UTC),
    ).candidate
    page.set_viewport_size(PHONE)
    sign_in(page, sales_team.rex)
    page.goto(candidate.get_absolute_url())
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_role("heading", name="Edit: Nora New", level=1)).to_be_visible()
    axe(page)
    services.edit_candidate(
        candidate, by=sales_team.mia, version=1, changes={"phone": "34", "source": "Fair"}
    )
    page.get_by_label("Phone").fill("56")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Somebody changed this meanwhile")).to_be_visible()
    axe(page)
    page.get_by_label("Yours: 56").check()
    page.get_by_role("button", name="Save what I chose").click()
    expect(page.get_by_text("Fair")).to_be_visible()
    expect(page.get_by_text("56")).to_be_visible()

    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("button", name="Restore")).to_be_visible()
    axe(page)
    page.goto(requisition.get_absolute_url())
    axe(page)
    page.get_by_role("link", name="Nora New").click()
    page.get_by_role("button", name="Restore").click()
    expect(page.get_by_role("button", name="Archive")).to_be_visible()


def test_an_admin_sets_up_a_stage_and_hands_a_requisition_over(page, sign_in, axe, sales_team):
    requisition = services.open_requisition(
        by=sales_team.rex,
        title="Rep",
        team=sales_team.north,
        hiring_manager=sales_team.mia,
        heads=1,
        opened_on=date(2026, 1, 5),
    )
    RoleGrant.objects.filter(person__in=[sales_team.rex, sales_team.mia]).delete()
    sign_in(page, sales_team.ada)
    page.goto("/hiring/")
    axe(page)
    page.get_by_role("link", name="Hiring stages").click()
    expect(page.get_by_role("heading", name="Hiring stages", level=1)).to_be_visible()
    axe(page)
    page.get_by_role("link", name="New stage").click()
    expect(page.get_by_role("heading", name="New hiring stage")).to_be_visible()
    axe(page)
    page.get_by_label("Stage").fill("Case study")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Offer").click()
    expect(page.get_by_role("heading", name="Offer")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Take out of use").click()
    expect(page.get_by_role("row", name="Offer")).to_contain_text("Out of use")

    page.goto(requisition.get_absolute_url())
    axe(page)
    page.get_by_label("New hiring manager").select_option(label="Max Manager")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_text("Max Manager is the hiring manager now.")).to_be_visible()
