"""Handing over what somebody left behind, in a real browser."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from pipeline.deals.models import Deal
from tests.browser import DESKTOP, PHONE, Axe, SignIn
from tests.factories.pipeline import AccountFactory, DealFactory, StageFactory
from tests.worlds import SalesTeam

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_manager_hands_over_what_a_leaver_had_open(  # noqa: PLR0917 -- fixtures, given by name
    sales_team: SalesTeam,
    page: Page,
    live_server,
    sign_in: SignIn,
    axe: Axe,
    size,
) -> None:
    team, stage = sales_team, StageFactory()
    for name in ("Acme Optics", "Zeta Labs"):
        account = AccountFactory(name=name)
        for n in (1, 2):
            DealFactory(
                name=f"{name} {n}", owner=team.lou, account=account, stage=stage, amount=1200 * n
            )
    sign_in(page, team.mia)
    page.set_viewport_size(size)

    page.goto(f"{live_server.url}{reverse('process:hand-over', args=[team.lou.pk])}")
    axe(page)
    page.get_by_label("New owner").select_option(label="Rita Rep")
    page.get_by_label("Zeta Labs").select_option(label="Ron Rep")
    page.get_by_role("button", name="Hand over").click()

    expect(page.get_by_text("4 deals have a new owner.")).to_be_visible()
    axe(page)
    owners = dict(Deal.objects.values_list("name", "owner__full_name"))
    assert owners == {
        "Acme Optics 1": "Rita Rep",
        "Acme Optics 2": "Rita Rep",
        "Zeta Labs 1": "Ron Rep",
        "Zeta Labs 2": "Ron Rep",
    }
