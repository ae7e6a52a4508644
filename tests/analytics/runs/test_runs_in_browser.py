import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from analytics.runs.enums import ChunkState, RunStep
from analytics.runs.models import RecomputeChunk, RecomputeRun
from forecasting.services import nightly
from tests.browser import PHONE, Axe, SignIn, fits
from tests.worlds import SalesTeam

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def work_to_the_end() -> RecomputeRun:
    run = RecomputeRun.objects.get()
    while run.finished_at is None:
        nightly.work_here(run, clock=timezone.now)
        run.refresh_from_db()
    return run


def test_an_admin_starts_a_run_and_watches_it_end(
    page: Page, sign_in: SignIn, axe: Axe, sales_team: SalesTeam
) -> None:
    sign_in(page, sales_team.ada)
    page.goto("/setup/runs/")
    expect(page.get_by_text("Nothing has been computed yet.")).to_be_visible()
    axe(page)

    page.get_by_role("button", name="Recompute").click()
    expect(page.get_by_text("Now: Planning the parts.")).to_be_visible()
    axe(page)
    work_to_the_end()

    # The page asks by itself, and stops asking once the run has ended.
    expect(page.get_by_text(re.compile("Pages of .* show this run"))).to_be_visible()
    expect(page.locator("#run-progress")).not_to_have_attribute("hx-get", re.compile("."))
    page.get_by_text("All parts, as they were").click()
    expect(page.locator("#parts")).to_be_visible()
    axe(page)


def test_a_run_with_a_part_given_up_is_readable_on_a_dark_phone(
    page: Page, sign_in: SignIn, axe: Axe, sales_team: SalesTeam
) -> None:
    page.add_init_script("localStorage.setItem('theme', 'dark')")
    page.set_viewport_size(PHONE)
    sign_in(page, sales_team.ada)
    page.goto("/setup/runs/")
    page.get_by_role("button", name="Recompute").click()
    run = work_to_the_end()
    RecomputeChunk.objects.filter(run=run, step=RunStep.ATTAINMENT).update(
        state=ChunkState.QUARANTINED, error="DataError: " + "a long reason " * 20
    )

    page.reload()
    expect(page.get_by_text("DataError").first).to_be_visible()
    page.get_by_text("All parts, as they were").click()

    assert fits(page)
    axe(page)
    page.goto("/setup/runs/")
    expect(page.get_by_role("link", name=re.compile(str(run.as_of.year))).first).to_be_visible()
    assert fits(page)
    axe(page)
