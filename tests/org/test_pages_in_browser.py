"""The set-up pages in a real browser: nothing blocked or inaccessible, and what scripts do."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from org import access
from org.models.calendar import FiscalPeriod
from org.models.quotas import Quota
from org.models.territories import Territory
from org.services import calendar, people, trees
from org.services import places as territories
from tests.browser import Inspect, SignIn
from tests.worlds import SalesTeam

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def team(sales_team: SalesTeam) -> SalesTeam:
    found = sales_team
    calendar.configure(by=None, name="Northwind Instruments")
    europe = trees.create(Territory, by=found.ada, name="Europe")
    trees.create(Territory, by=found.ada, name="Nordics", parent=europe)
    territories.assign_person(found.rita, by=found.ada, territory=europe, since=date(2026, 1, 1))
    calendar.add_holiday(by=found.ada, day=date(2026, 12, 25), name="Christmas")
    calendar.set_exchange_rate(
        by=found.ada, currency="EUR", valid_from=date(2026, 1, 1), rate=Decimal("1.0825")
    )
    people.set_roles(found.rita, by=found.ada, roles=["rep", "manager"])
    return found


def addresses(team: SalesTeam) -> list[str]:
    europe = team.rita.territories.get().territory
    north = {"group": team.north.pk}
    return [
        reverse("org:people"),
        reverse("org:person-new"),
        reverse("org:person", args=[team.rita.pk]),
        reverse("org:person", args=[team.gus.pk]),
        reverse("org:person", args=[team.ada.pk]),
        reverse("org:teams"),
        reverse("org:team-new"),
        reverse("org:team", args=[team.north.pk]),
        reverse("org:territories"),
        reverse("org:territory-new"),
        reverse("org:territory", args=[europe.pk]),
        reverse("org:organisation"),
        reverse("org:calendar"),
        reverse("org:audit"),
        reverse("org:quotas"),
        f"{reverse('org:quotas')}?group={north['group']}&kind=month",
        f"{reverse('org:quotas')}?group=territories",
        reverse("org:quota-history", args=["person", team.rita.pk]),
        reverse("setup"),
        reverse("pipeline:products"),
        reverse("pipeline:product-new"),
        reverse("analytics:territory-bookings"),
        reverse("pipeline:territory-accounts", args=[europe.pk]),
    ]


def test_every_page_is_accessible_and_fits(
    page: Page, sign_in: SignIn, inspect: Inspect, team: SalesTeam
) -> None:
    sign_in(page, team.ada)

    for address in addresses(team):
        page.goto(address)
        expect(page.locator("h1")).not_to_be_empty()
        inspect(page)


def test_cells_are_pasted_from_a_spreadsheet_added_up_and_saved(
    page: Page, sign_in: SignIn, team: SalesTeam
) -> None:
    sign_in(page, team.ada)
    page.goto(f"{reverse('org:quotas')}?group={team.south.pk}")
    year = FiscalPeriod.objects.of_kind("year").holding(access.today()).get()
    labels = [part.label for part in year.parts.order_by("start_on")]

    page.get_by_label(f"Rae Rep, {labels[0]}").evaluate(
        """(input) => {
            const data = new DataTransfer();
            data.setData("text/plain", "100,000\\t110000\\r\\n1\\t2\\r\\n");
            const how = { clipboardData: data, bubbles: true, cancelable: true };
            input.dispatchEvent(new ClipboardEvent("paste", how));
        }"""
    )

    expect(page.get_by_label(f"Rae Rep, {labels[1]}")).to_have_value("110000")
    expect(page.get_by_label(f"Rob Rep, {labels[1]}")).to_have_value("2")
    page.get_by_role("button", name="Add up without saving").click()
    expect(page.get_by_role("row", name="People together").first).to_contain_text("210,003")
    assert not Quota.objects.exists()
    page.get_by_label("Reason for the change").fill("Annual plan")
    page.get_by_role("button", name="Save quotas").click()
    expect(page.get_by_role("status")).to_contain_text("4 quotas are changed.")
    assert Quota.objects.count() == 4


def test_a_person_is_moved_with_the_keyboard_alone(
    page: Page, sign_in: SignIn, team: SalesTeam
) -> None:
    sign_in(page, team.ada)
    page.goto(reverse("org:person", args=[team.rita.pk]))

    page.get_by_label("Reports to").focus()
    page.keyboard.type("Dana")
    page.get_by_role("button", name="Save reporting line").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("The reporting line is saved.")
    assert team.rita.reporting_lines.get(valid_to=None).manager == team.dana
