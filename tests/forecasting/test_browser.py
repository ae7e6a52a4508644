import re

import pytest
from playwright.sync_api import Page, expect

from tests import worlds
from tests.access.asking import whole_world
from tests.access.growing import grow
from tests.access.matrix import World
from tests.browser import Axe, Inspect, SignIn
from tests.worlds import SalesTeam

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def world_grown_thrice() -> World:
    made = whole_world()
    for number in (1, 2, 3):
        grow(made, number)
    return made


world = worlds.world(world_grown_thrice)


def test_a_manager_opens_the_forecast_its_deals_and_its_past_errors(
    page: Page, sign_in: SignIn, inspect: Inspect, world: World
) -> None:
    sign_in(page, world.team.mia)
    page.goto(f"/forecast/?subject=team-{world.team.north.pk}")

    for chart in ("course", "made-of"):
        expect(page.locator(f"#{chart} .main-svg").first).to_be_visible()
    expect(page.locator("#people")).to_contain_text("Nell Newcomer 1")
    page.locator("#course summary").click()
    expect(page.locator("#course-table")).to_be_visible()
    inspect(page)

    page.get_by_role("link", name="How good past forecasts were").click()
    expect(page).to_have_url(re.compile("/forecast/accuracy/"))
    inspect(page)

    period = world.made["forecast_period"].pk
    page.goto(f"/forecast/deals/?subject=team-{world.team.north.pk}&period={period}")
    expect(page.get_by_role("table").first).to_contain_text("Deal")
    inspect(page)


def test_a_rep_reads_their_own_forecast_and_nobody_elses(
    page: Page, sign_in: SignIn, axe: Axe, world: World
) -> None:
    sign_in(page, world.team.rita)
    page.goto("/forecast/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Forecast of Rita Rep")
    axe(page)

    answer = page.goto(f"/forecast/?subject=person-{world.team.rob.pk}")

    assert answer is not None
    assert answer.status == 404
    axe(page)


def test_before_the_first_run_it_says_what_to_do(
    page: Page, sign_in: SignIn, axe: Axe, sales_team: SalesTeam
) -> None:
    sign_in(page, sales_team.ada)
    page.goto("/forecast/")

    expect(
        page.get_by_role("link", name=re.compile("run|recompute", re.IGNORECASE)).first
    ).to_be_visible()
    axe(page)
