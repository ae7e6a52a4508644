"""The home pages in a real browser: drawn, keyboard and screen reader, phone, dark, print."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from pipeline.activities.models import Activity
from tests.browser import DESKTOP, PHONE, fits
from tests.paper import Paper, at, set_quotas

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Q1 = "?period=Q1+2026"


def furnish(paper: Paper) -> None:
    set_quotas(paper)
    soon = {"created_at": at(4, 3), "expected_close_on": date(2026, 3, 25)}
    paper.make("Pumps for Acme", paper.rita, "5000.00", stage=paper.propose, **soon)
    paper.make("Unpriced", paper.rita, None, **soon)


def test_the_dashboard_is_drawn_accessible_and_fits(page, sign_in, inspect, paper):
    furnish(paper)
    sign_in(page, paper.mia)

    page.goto(f"/team/{Q1}")

    for chart in ("bookings", "by-stage", "by-category", "trend"):
        expect(page.locator(f"#{chart} .main-svg").first).to_be_visible()
    page.locator("#bookings summary").click()
    expect(page.locator("#bookings-table")).to_be_visible()
    page.get_by_text("What counts as needing attention").click()
    inspect(page)


def test_the_dashboard_is_drawn_on_a_phone(page, sign_in, paper):
    furnish(paper)
    page.set_viewport_size(PHONE)
    sign_in(page, paper.mia)

    page.goto(f"/team/{Q1}")

    for chart in ("bookings", "by-stage", "by-category", "trend"):
        expect(page.locator(f"#{chart} .main-svg").first).to_be_visible()
    assert fits(page)


def test_a_manager_sorts_looks_back_and_opens_the_rows(page, sign_in, paper):
    furnish(paper)
    sign_in(page, paper.mia)
    page.goto(f"/team/{Q1}")

    page.get_by_role("link", name="Person", exact=True).click()
    expect(page.locator("th[aria-sort]")).to_contain_text("Person")
    page.get_by_label("As of").fill("2026-02-09")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_role("note")).to_contain_text("As it stood at the end of 9 Feb 2026")
    page.get_by_role("link", name="Back to now").click()
    expect(page.get_by_role("link", name="Back to now")).to_have_count(0)
    page.locator("#people-table tfoot").get_by_role("link", name="16,001").click()

    expect(page.get_by_role("note").last).to_contain_text(
        "of people who now report to somebody else"
    )
    assert "closed_from=2026-01-01" in page.url


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["wide", "narrow"])
def test_a_rep_changes_a_next_step_in_place(page, sign_in, axe, paper, *, size):
    furnish(paper)
    page.set_viewport_size(size)
    sign_in(page, paper.rita)
    page.goto(f"/me/{Q1}")
    line = page.locator("li", has_text="Pumps for Acme").first

    line.get_by_role("link", name="Set the next step of Pumps for Acme").click()
    expect(line.get_by_label("Next step", exact=True)).to_be_focused()
    axe(page)
    assert fits(page)
    line.get_by_label("Next step", exact=True).fill("Send the offer")
    line.get_by_label("Next step on").fill("2026-12-01")
    line.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert page.url.endswith(f"/me/{Q1}")
    expect(page.locator("li", has_text="Pumps for Acme").first).to_contain_text("Send the offer")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["wide", "narrow"])
def test_a_press_counts_though_the_page_moves_before_it_is_let_go(page, sign_in, paper, *, size):
    furnish(paper)
    page.set_viewport_size(size)
    sign_in(page, paper.rita)
    held = []

    def hold(route):
        held.append(route)

    page.route(f"**{reverse('process:activity-attainment-of', args=[paper.rita.pk])}*", hold)
    page.goto(f"/me/{Q1}")
    line = page.locator("li", has_text="Pumps for Acme").first
    link = line.get_by_role("link", name="Set the next step of Pumps for Acme")
    link.scroll_into_view_if_needed()
    expect(page.locator("[data-loading]")).to_have_count(0)
    box = link.bounding_box()

    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    held[0].fulfill(body="<p>Late</p>" * 9)
    expect(page.get_by_text("Late")).to_have_count(9)
    assert link.bounding_box()["y"] > box["y"] + box["height"]
    page.mouse.up()

    expect(line.get_by_label("Next step", exact=True)).to_be_focused()


def test_a_next_step_is_changed_before_any_script_has_come(page, sign_in, paper):
    furnish(paper)
    sign_in(page, paper.rita)
    page.route("**/htmx*.js", lambda route: None)
    page.goto(f"/me/{Q1}", wait_until="commit")

    page.get_by_role("link", name="Set the next step of Pumps for Acme").click()
    page.unroute("**/htmx*.js")
    page.get_by_label("Next step", exact=True).fill("Send the offer")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status")).to_contain_text("Saved.")
    assert page.url.endswith(f"/me/{Q1}")


def test_a_bar_of_a_chart_opens_its_deals(page, sign_in, paper):
    furnish(paper)
    sign_in(page, paper.mia)
    page.goto(f"/team/{Q1}")

    bar = page.locator("#by-stage .bars .point").last
    bar.scroll_into_view_if_needed()
    box = bar.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    page.wait_for_url("**/deals/?*stage=*")


@pytest.mark.parametrize(
    ("theme", "size"), [("light", DESKTOP), ("dark", PHONE)], ids=["wide", "narrow"]
)
def test_a_rep_logs_an_activity_on_the_own_page(page, sign_in, axe, paper, *, theme, size):
    furnish(paper)
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
    page.set_viewport_size(size)
    sign_in(page, paper.rita)
    page.goto("/")
    page.wait_for_url("**/me/")
    expect(page.locator("#bookings .main-svg").first).to_be_visible()
    assert fits(page)
    axe(page)

    page.get_by_label("Deal", exact=True).select_option(label="Pumps for Acme")
    page.get_by_label("In a few words").fill("Asked for the budget")
    page.get_by_role("button", name="Save activity").click()

    expect(page.get_by_text("Asked for the budget")).to_be_visible()
    logged = Activity.objects.get()
    assert (logged.deal.name, logged.person) == ("Pumps for Acme", paper.rita)
    assert logged.occurred_at <= timezone.now()


def test_the_dashboard_prints_without_its_frame(page, sign_in, paper):
    furnish(paper)
    sign_in(page, paper.mia)
    page.goto(f"/team/{Q1}")
    expect(page.locator("#trend .main-svg").first).to_be_visible()

    page.emulate_media(media="print")

    expect(page.get_by_role("navigation").first).to_be_hidden()
    expect(page.locator("#people-table")).to_be_visible()
    assert fits(page)


def test_the_keyboard_reaches_every_figure(page, sign_in, paper):
    furnish(paper)
    sign_in(page, paper.mia)
    page.goto(f"/team/{Q1}")
    page.locator("#content").focus()

    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.getAttribute('aria-label') || ''"))

    assert any(label.startswith("Attainment: 64.0 %") for label in reached)
    assert any(label.startswith("Coverage") for label in reached)


def test_a_click_on_a_line_opens_what_the_nearest_line_says(page, sign_in, paper):
    """Both lines have a point at each day; the lower one is what closes in the period."""
    for name, close in (("soon", date(2026, 3, 25)), ("later", date(2026, 8, 1))):
        made = {"created_at": at(1, 10), "expected_close_on": close}
        paper.make(name, paper.rita, "900000.00", **made)
    sign_in(page, paper.mia)
    page.goto(f"/team/trend/{Q1}")
    point = """(trace) => {
        const plot = document.querySelector(".js-plotly-plot");
        const { xaxis, yaxis } = plot._fullLayout;
        const { x, y } = plot.data[trace];
        const box = plot.getBoundingClientRect();
        const last = x.length - 10;
        return [
            box.left + xaxis._offset + xaxis.d2p(x[last]),
            box.top + yaxis._offset + yaxis.d2p(y[last]),
        ];
    }"""
    page.locator("#trend .scatterlayer .trace").last.wait_for()

    for trace, address in ((1, "**/deals/?*close_from=*"), (0, "**/deals/?*status=open*")):
        x, y = page.evaluate(point, trace)
        page.mouse.move(x, y)
        page.mouse.click(x, y)
        page.wait_for_url(address)
        assert ("close_from" in page.url) == (trace == 1)
        page.go_back()
        page.locator("#trend .scatterlayer .trace").last.wait_for()


def test_what_is_empty_leaves_no_hole_on_a_phone(page, sign_in, paper):
    """Without a run there is no forecast, and Mia's Q4 has no pipeline yet: a line says so."""
    page.set_viewport_size(PHONE)
    sign_in(page, paper.mia)
    page.goto("/team/?period=Q4+2025")

    expect(page.locator(".home-forecast .kit-card")).to_be_visible()
    expect(page.locator(".home-trend .kit-empty")).to_be_visible()
    for part, content in ((".home-forecast", ".kit-card"), (".home-trend", ".kit-empty")):
        blank = page.evaluate(
            "([part, content]) => document.querySelector(part).offsetHeight"
            " - document.querySelector(`${part} ${content}`).offsetHeight",
            [part, content],
        )
        assert 0 <= blank < 24, part
