"""The board, the review of a pipeline and what changed in it, in a real browser."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from analytics.review.models import PipelineReview
from tests.browser import PHONE
from tests.factories.pipeline import StageFactory
from tests.pages import address_of
from tests.paper import Paper, at, build_paper, change
from tests.worlds import world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Q2 = "?period=Q2+2026&as_of=2026-04-20&since_day=2026-04-01"
MAY, AUGUST = date(2026, 5, 20), date(2026, 8, 1)


def paper_with_moves() -> Paper:
    paper = build_paper()
    ready = {"created_at": at(3, 1), "expected_close_on": MAY}
    paper.make("Stays", paper.rita, "100", **ready)
    paper.make("Pushed", paper.rita, "200", **ready)
    paper.make("Came", paper.rita, "800", created_at=at(4, 5), expected_close_on=MAY)
    change(paper.deals["Pushed"], at=at(4, 6), expected_close_on=AUGUST)
    return paper


paper = world(paper_with_moves)


def test_a_manager_goes_through_the_pipeline(page, sign_in, axe, paper):
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:review") + Q2)

    expect(page.get_by_role("link", name="Stays")).to_be_visible()
    axe(page)
    page.get_by_role("link", name="Pushed out").click()
    row = page.get_by_role("row", name="Pushed")
    expect(row.get_by_text("was 20 May 2026")).to_be_visible()
    expect(page.get_by_role("link", name="Stays")).to_have_count(0)
    page.get_by_role("link", name="Pipeline changes").last.click()
    expect(page.get_by_role("heading", name="Pipeline changes", level=1)).to_be_visible()
    assert "since_day=2026-04-01" in page.url


def test_a_new_amount_is_typed_over_the_old_one(page, sign_in, paper):
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:review") + "?period=Q2+2026")
    page.get_by_role("link", name="Change amount of Stays").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=amount]")).to_be_focused()
    page.keyboard.type("150")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("row", name="Stays Rita Rep 150")).to_be_visible()
    paper.deals["Stays"].refresh_from_db()
    assert paper.deals["Stays"].amount == 150


def test_who_changes_a_value_far_down_stays_there(page, sign_in, paper):
    for number in range(30):
        paper.make(
            f"Long {number:02}", paper.rita, "50", created_at=at(3, 1), expected_close_on=MAY
        )
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:review") + "?period=Q2+2026&sort=name")
    link = page.get_by_role("link", name="Change amount of Long 20")
    for leave in ("Save", "Cancel"):
        link.click()
        expect(page.locator("td input[name=amount]")).to_be_focused()
        before = page.evaluate("scrollY")
        page.locator("td form").get_by_text(leave).click()

        expect(page.locator("td form")).to_have_count(0)
        expect(link).to_be_focused()
        assert page.evaluate("scrollY") == before > 500


def test_marking_as_reviewed_and_keeping_a_view(page, sign_in, paper):
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:review"))
    page.get_by_role("button", name="Mark as reviewed").click()

    expect(page.get_by_text("The next review compares with this moment.")).to_be_visible()
    expect(page.get_by_text("compared with your last review")).to_be_visible()
    assert PipelineReview.objects.count() == 1
    page.get_by_label("Only").select_option(label="Quiet")
    page.get_by_role("button", name="Apply").click()
    page.get_by_text("Save this view").click()
    page.get_by_label("Name").fill("Quiet ones")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Kept as “Quiet ones”.")).to_be_visible()
    page.goto(reverse("analytics:review"))
    page.get_by_role("link", name="Quiet ones").click()
    expect(page.get_by_label("Only")).to_have_value("quiet")


def test_the_waterfall_and_the_flow_are_drawn_and_open_their_deals(page, sign_in, axe, paper):
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:changes") + Q2)

    expect(page.locator("#waterfall .bars path")).to_have_count(4)
    expect(page.locator("#flow .sankey-link")).to_have_count(3)
    axe(page)
    page.locator("#waterfall").get_by_text("Show as table").click()
    page.locator("#waterfall-table").get_by_role("link", name="Pushed out").click()
    expect(page.locator("#changed-deals").get_by_role("link", name="Pushed")).to_be_visible()
    axe(page)


@pytest.mark.parametrize(
    "drawn",
    [
        ("#waterfall .bars path", 2, "Pushed out"),
        ("#flow .sankey-link", 1, "Pipeline to Pushed out"),
    ],
)
def test_a_click_on_what_is_drawn_opens_its_deals(page, sign_in, paper, drawn):
    found, place, title = drawn
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:changes") + Q2)
    bar = page.locator(found).nth(place)
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.up()

    expect(page.locator("#deals")).to_contain_text(title)
    expect(page.locator("#changed-deals").get_by_role("link", name="Pushed")).to_be_visible()


@pytest.mark.parametrize("name", ["review", "changes", "board"])
def test_at_phone_width_nothing_runs_out_of_the_page(page, sign_in, paper, name):
    far = StageFactory(name="Negotiate", order=30, probability=70)
    paper.make("Far to the right", paper.rita, "300", stage=far, created_at=at(4, 2))
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    sign_in(page, paper.mia)
    page.goto(address_of(name) + Q2)
    page.wait_for_load_state("networkidle")

    if name == "board":
        card = page.get_by_role("listitem").filter(has_text="Far to the right")
        assert card.bounding_box()["x"] > PHONE["width"]
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0


def test_a_card_is_dragged_and_a_closing_asks_for_its_reason(page, sign_in, axe, paper):
    deal = paper.deals["Stays"]
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:board"))
    axe(page)
    card = page.get_by_role("listitem").filter(has_text="Stays")
    card.drag_to(page.locator(f"[data-stage='{paper.propose.pk}']"))

    expect(page.get_by_text("Stays now stands in Propose.")).to_be_visible()
    deal.refresh_from_db()
    assert deal.stage == paper.propose
    card = page.get_by_role("listitem").filter(has_text="Stays")
    card.drag_to(page.locator(f"[data-stage='{paper.lost.pk}']"))
    page.get_by_label("Loss reason").select_option("price")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_text("Stays now stands in Lost.")).to_be_visible()
    expect(page.get_by_role("heading", name="Board", level=1)).to_be_visible()


def test_a_card_is_moved_by_keyboard(page, sign_in, paper):
    sign_in(page, paper.mia)
    page.goto(reverse("analytics:board"))
    page.get_by_text("Move Stays").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Move Stays to")).to_be_focused()
    page.keyboard.type("Prop")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Stays now stands in Propose.")).to_be_visible()
