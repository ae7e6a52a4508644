"""An import by mouse and keyboard, from the upload to its undoing."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from imports.models import ImportAnswer, ImportMapping, ImportRun
from pipeline.customers.models import Account
from pipeline.deals.models import Deal
from pipeline.products.models import Product
from tests.browser import DESKTOP, PHONE, Axe, SignIn
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, ProductFactory, StageFactory
from tests.imports.runs import table, worked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DEALS = table(
    """
    Deal ID | Deal name | Owner | Account | Stage | Amount | Close date | Product
    1 | Pumps | Ann | Acme | Won | 1,234 | 2026-03-01 | GTXPro
    2 | Hoses | Ann | Newco | Won | 20 | 2026-03-01 | GTX Pro
    3 | Pipes | Ann | Acme | Won | many | 2026-03-01 | GTX Pro
    """
)


def the_run() -> ImportRun:
    return ImportRun.objects.get()


def test_an_import_from_upload_to_undoing(page: Page, sign_in: SignIn, axe: Axe, tmp_path) -> None:
    OrganisationFactory()
    sign_in(page, PersonFactory(full_name="Ada", roles=("admin",)))
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")
    ProductFactory(name="GTX Pro")
    StageFactory(won=True)
    path = tmp_path / "deals.csv"
    path.write_text(DEALS)

    page.goto(reverse("imports:imports"))
    axe(page)
    page.get_by_role("link", name="New import").first.click()
    page.get_by_label("What the file holds").select_option("deals")
    page.get_by_label("File", exact=True).set_input_files(path)
    axe(page)
    page.get_by_role("button", name="Upload and look at it").click()

    # The page waits for a worker, and goes on by itself when the work is done.
    expect(page.get_by_text("Waiting for a worker")).to_be_visible()
    axe(page)
    worked(the_run())
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()
    axe(page)
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"the page is {wide} wide"
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("does not say which its decimal mark is").first).to_be_visible()
    page.get_by_label("Decimal mark in Amount").select_option(".")
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    worked(the_run())

    expect(page.get_by_role("heading", name="What do these stand for?")).to_be_visible()
    axe(page)
    expect(page.get_by_label("GTXPro is")).to_have_value(str(Product.objects.get().pk))
    page.get_by_label("Newco is").select_option("+")
    page.get_by_role("button", name="Answer and preview again").click()
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    worked(the_run())

    expect(page.get_by_role("button", name="Import now")).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("1 row is refused")).to_be_visible()
    page.get_by_label("Import without the refused rows").check()
    page.get_by_role("button", name="Import now").click()
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    worked(the_run())
    expect(page.get_by_role("button", name="Undo this import")).to_be_visible()
    axe(page)
    assert Deal.objects.count() == 2
    with page.expect_download() as download:
        page.get_by_role("link", name="Refused rows as a file").click()
    assert "This is not a number." in download.value.path().read_text()

    page.get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("You may leave this page")).to_be_visible()
    worked(the_run())
    expect(page.get_by_text("Undone on")).to_be_visible()
    axe(page)
    assert not Deal.objects.exists()
    assert [account.name for account in Account.objects.all()] == ["Acme"]


def test_what_is_remembered_is_forgotten(page: Page, sign_in: SignIn, axe: Axe) -> None:
    OrganisationFactory()
    ada = PersonFactory(full_name="Ada", roles=("admin",))
    product = ProductFactory(name="GTX Pro")
    for text in ("GTXPRO", "GTX-PRO"):
        ImportAnswer.objects.create(
            subject="product", text=text, target=product.pk, answered_by=ada
        )
    ImportMapping.objects.create(
        kind="deals", signature="x", fields={"Deal ID": "external_id", "Worth": "amount"}
    )
    sign_in(page, ada)

    page.goto(reverse("imports:imports"))
    page.get_by_role("link", name="What imports remember").click()
    axe(page)
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= size["width"], f"the page is {wide} wide"
    page.get_by_role("button", name="Forget GTXPRO", exact=True).press("Enter")
    expect(page.get_by_text("“GTXPRO” will be asked about again.")).to_be_visible()
    page.get_by_role("button", name="Forget the columns of Deals: Deal ID, Worth").press("Enter")
    expect(page.get_by_text("No columns are remembered.")).to_be_visible()
    axe(page)
    assert [answer.text for answer in ImportAnswer.objects.all()] == ["GTX-PRO"]
