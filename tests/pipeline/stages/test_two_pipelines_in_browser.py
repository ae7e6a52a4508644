"""Two pipelines in a real browser: set up, the board, and a deal that changes its pipeline."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from org.enums import Role
from pipeline.deals.models import Deal
from tests.browser import PHONE
from tests.factories.org import PersonFactory
from tests.factories.pipeline import PipelineFactory, StageFactory
from tests.paper import build_paper
from tests.worlds import world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def paper_with_renewals():
    paper = build_paper()
    paper.renewals = PipelineFactory(name="Renewals", order=20)
    for place, name in enumerate(("Due", "Quoted"), start=1):
        StageFactory(pipeline=paper.renewals, name=name, order=place, probability=60 + 10 * place)
    StageFactory(pipeline=paper.renewals, won=True)
    StageFactory(pipeline=paper.renewals, lost=True)
    due = paper.renewals.stages.get(name="Due")
    for number, amount in enumerate(("1200", "800")):
        paper.make(
            f"Renewal {number}", paper.rita, amount, stage=due, expected_close_on=date(2026, 5, 20)
        )
    paper.make("New microscopes", paper.rita, "5000", expected_close_on=date(2026, 5, 20))
    return paper


two = world(paper_with_renewals)


def test_a_deal_changes_its_pipeline_on_purpose(page, sign_in, axe, two):
    deal = two.deals["Renewal 0"]
    sign_in(page, two.rita)
    page.goto(deal.get_absolute_url())
    page.get_by_role("link", name="Change pipeline").click()

    expect(page.get_by_text("Now in Due of Renewals")).to_be_visible()
    axe(page)
    page.get_by_label("Move to").select_option(label="Propose")
    page.get_by_role("button", name="Move", exact=True).click()

    expect(page.get_by_text("Moved to Propose of Sales")).to_be_visible()
    assert Deal.objects.get(pk=deal.pk).stage == two.propose


def test_the_board_goes_from_one_pipeline_to_the_other(page, sign_in, axe, two):
    sign_in(page, two.mia)
    page.goto(reverse("analytics:board"))
    expect(page.get_by_role("link", name="New microscopes")).to_be_visible()
    page.get_by_label("Pipeline").select_option(label="Renewals")
    page.get_by_role("button", name="Apply").click()

    expect(page.get_by_role("link", name="Renewal 0")).to_be_visible()
    expect(page.get_by_role("link", name="New microscopes")).to_have_count(0)
    axe(page)
    page.set_viewport_size(PHONE)
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_pipelines_are_set_up_at_both_widths(page, sign_in, axe, two):
    sign_in(page, PersonFactory(full_name="Ada Admin", roles=(Role.ADMIN,)))
    page.goto(reverse("pipeline:stages"))
    expect(page.get_by_role("heading", name="Renewals")).to_be_visible()
    axe(page)
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="New pipeline").click()
    page.get_by_label("Pipeline").fill("Partners")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("heading", name="Partners")).to_be_visible()
