import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from imports.enums import ImportState
from imports.models import ImportRun
from imports.services import progress as import_progress
from pipeline.customers.models import Account
from pipeline.deals.models import Deal
from pipeline.products.models import Product
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, ProductFactory, StageFactory
from tests.imports.runs import executed, imported, planned, table, uploaded, worked
from tests.pages import address_of

pytestmark = pytest.mark.django_db
BACKEND = "org.backends.SessionBackend"


@pytest.fixture
def admin():
    OrganisationFactory()
    return PersonFactory(full_name="Ada", roles=("admin",))


@pytest.fixture
def signed_in(client, admin):
    client.force_login(admin, backend=BACKEND)
    return client


def url(name, run):
    return address_of(name, args=[run.pk])


def test_an_upload_is_read_and_leads_to_its_columns(signed_in):
    file = SimpleUploadedFile("acc.csv", b"account,sector\nAcme,Retail\n")
    answer = signed_in.post(
        reverse("imports:import-new"), {"kind": "accounts", "file": file}, follow=True
    )

    run = ImportRun.objects.get()
    assert "Waiting for a worker" in answer.content.decode()
    worked(run)
    page = signed_in.get(url("import", run)).content.decode()
    assert "What the columns are" in page
    assert '<option value="industry" selected>Industry</option>' in page


@pytest.mark.parametrize(
    ("file", "message"),
    [
        (None, "This field is required."),
        (SimpleUploadedFile("empty.csv", b""), "The submitted file is empty."),
        (SimpleUploadedFile("large.csv", b"x" * 1_100_000), "1 MB"),
    ],
)
def test_a_bad_upload_is_explained(signed_in, settings, file, message):
    settings.IMPORT_MAX_MEGABYTES = 1
    data = {"kind": "accounts", **({"file": file} if file else {})}
    answer = signed_in.post(reverse("imports:import-new"), data)

    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert not ImportRun.objects.exists()


def test_a_file_that_cannot_be_read_says_why(signed_in, admin):
    run = uploaded("accounts", b"\x89PNG\r\n\x00\x00\x00", by=admin)
    page = signed_in.get(url("import", run)).content.decode()

    assert run.state == ImportState.FAILED
    assert "This is not a text file, nor an Excel workbook" in page


def test_columns_answers_start_and_undo_step_by_step(signed_in, admin):
    StageFactory(won=True)
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")
    ProductFactory(name="GTX Pro")
    content = table(
        """
        Deal name | Owner | Account | Stage | Amount | Close date | Product
        Pumps | Ann | Acme | Won | 1,234 | 2026-03-01 | GTXPro
        Hoses | Ann | Newco | Won | 10 | 2026-03-01 | GTX Pro
        """
    )
    run = uploaded("deals", content, by=admin)
    fields = ["name", "owner", "account", "stage", "amount", "close_date", "product"]
    columns = {f"field-{place}": name for place, name in enumerate(fields)}
    columns |= {"as_of": "2026-11-20", "currency": "usd", "list_price": "open"}

    refused = signed_in.post(url("import-columns", run), columns)
    assert refused.status_code == 400
    assert "does not say which its decimal mark is" in refused.content.decode()

    signed_in.post(url("import-columns", run), {**columns, "mark-4": "."})
    worked(run)
    page = signed_in.get(url("import", run)).content.decode()
    assert "What do these stand for?" in page
    product = Product.objects.get()
    assert f'<option value="{product.pk}" selected>GTX Pro</option>' in page

    questions = [u["text"] for u in run.plan["unknown"]]
    said = {f"answer-{questions.index('Newco')}": "+"}
    said[f"answer-{questions.index('GTXPro')}"] = str(product.pk)
    signed_in.post(url("import-answers", run), said)
    worked(run)
    assert run.plan["counts"] == {"create": 2, "change": 0, "leave": 0, "part": 0, "refuse": 0}

    signed_in.post(url("import-start", run), {})
    worked(run)
    page = signed_in.get(url("import", run)).content.decode()
    assert "Undo this import" in page
    assert Deal.objects.get(name="Pumps").amount == 1234
    assert Account.objects.filter(name="Newco").exists()

    signed_in.post(url("import-undo", run))
    worked(run)
    page = signed_in.get(url("import", run)).content.decode()
    assert "Undone on" in page
    assert not Deal.objects.exists()
    assert not Account.objects.filter(name="Newco").exists()


def test_the_columns_page_says_how_plain_dates_are_written_and_suggests_their_newest(
    signed_in, admin
):
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")
    StageFactory(won=True)
    content = table(
        """
        Deal ID | Deal name | Owner | Account | Stage | Amount | Close date | Created date
        1 | Pumps | Ann | Acme | Won | 45000 | 2026-03-05 | 5 Jan 2026
        2 | Hoses | Ann | Acme | Won | 45001 | 2126-03-06 | 6 Feb 2026
        """
    )
    run = uploaded("deals", content, by=admin)
    page = signed_in.get(url("import", run)).content.decode()

    assert page.count("dates as year, month, day (2026-12-31)") == 1
    assert page.count("dates such as ") == 1
    assert 'name="as_of" value="2026-03-05"' in page
    assert "checked" not in page.partition('name="list_price"')[2].partition(">")[0]

    run = planned("deals", content, by=admin)
    assert (
        "“Close date” is the close date, dates as year, month, day (2026-12-31)."
        in (run.plan["decisions"])
    )
    back = signed_in.get(url("import-columns", run)).content.decode()
    assert 'name="as_of" value="2026-11-20"' in back


def test_open_questions_are_counted_instead_of_the_rows_that_wait(signed_in, admin):
    rows = "".join(f"A{number},Nobody\n" for number in range(5))
    run = planned("accounts", f"Account name,Owner\n{rows}", by=admin)
    page = signed_in.get(url("import", run)).content.decode()

    assert "Answers needed" in page
    assert "kit-tone-bad" not in page
    assert "5 cannot be imported yet" in page


def test_a_new_import_begins_with_what_the_others_speak_of(signed_in, admin):
    def selected(query=""):
        page = signed_in.get(reverse("imports:import-new") + query).content.decode()
        return page.partition(" selected>")[0].rpartition('value="')[2].rstrip('"')

    assert selected() == "people"
    assert selected("?kind=quotas") == "quotas"
    assert selected("?kind=nothing") == "people"
    run = imported("people", "Full name,Email\nAnn,ann@example.com\n", by=admin)
    assert "?kind=accounts" in signed_in.get(url("import", run)).content.decode()
    assert selected() == "accounts"
    AccountFactory()
    assert selected() == "products"
    run = imported("products", "Product,Price\nPump,5\n", by=admin)
    assert "?kind=deals" in signed_in.get(url("import", run)).content.decode()
    assert selected() == "deals"


def test_refused_rows_stop_the_start_until_they_are_skipped(signed_in, admin):
    run = planned("accounts", "Account name,Employees\nA,5\nB,many\n", by=admin)
    page = signed_in.post(url("import-start", run), {}, follow=True).content.decode()

    assert "1 row is refused" in page
    assert "This is not a number." in page
    answer = signed_in.get(url("import-refused", run))
    assert b"3,Employees,This is not a number.,B,many" in b"".join(answer.streaming_content)
    signed_in.post(url("import-start", run), {"skip_refused": "on"})
    worked(run)
    assert [account.name for account in Account.objects.all()] == ["A"]


def test_the_preview_shows_values_before_and_after_by_name(signed_in, admin):
    ann = PersonFactory(full_name="Ann")
    PersonFactory(full_name="Bob")
    AccountFactory(name="Acme", owner=ann, industry="Retail")
    run = planned("accounts", "Account name,Owner,Industry\nAcme,Bob,Medical\n", by=admin)
    page = signed_in.get(url("import", run)).content.decode()

    for words in ("Ann", "Bob", "Retail", "Medical", "Owner", "Industry"):
        assert f"<td>{words}</td>" in page
    rows = signed_in.get(url("import-rows", run) + "?action=change").content.decode()
    assert "Industry: Retail → Medical; Owner: Ann → Bob" in rows
    executed(run)
    rows = signed_in.get(url("import-rows", run) + "?action=change").content.decode()
    assert "Acme" in rows


def test_another_layout_is_read_anew(signed_in, admin):
    run = uploaded("accounts", "Name;Sector\nM\xfcller;Retail\n".encode("cp1252"), by=admin)
    page = signed_in.get(url("import", run)).content.decode()
    assert "Müller" in page
    assert "say in which encoding it is" in page

    told = {"encoding": "cp1252", "delimiter": "semicolon", "header_row": "1"}
    signed_in.post(url("import-layout", run), told)
    worked(run)
    assert run.state == ImportState.MAPPING
    assert run.options["layout"]["encoding"] == "cp1252"
    assert run.options["encoding_told"] is True


def test_an_unreadable_layout_leaves_the_file_where_it_was(signed_in, admin):
    run = uploaded("accounts", "Name\nAcme\n", by=admin)
    signed_in.post(
        url("import-layout", run), {"encoding": "utf-8", "delimiter": "comma", "header_row": "9"}
    )
    worked(run)

    page = signed_in.get(url("import", run)).content.decode()
    assert "The file has no row 9." in page


def test_progress_is_shown_after_a_reload_and_polling_stops_at_the_end(signed_in, admin):
    run = uploaded("accounts", "Name\nAcme\n", by=admin)
    run.state = ImportState.PLANNING
    run.save()
    import_progress.shown(run.pk)("Checking rows", 5_000, 10_000)

    page = signed_in.get(url("import", run)).content.decode()
    assert "Checking rows: 5,000 of 10,000 rows" in page
    part = signed_in.get(url("import-progress", run))
    assert (part.status_code, b"every 2s" in part.content) == (200, True)
    run.state = ImportState.MAPPING
    run.save()
    end = signed_in.get(url("import-progress", run))
    assert (end.status_code, end["HX-Refresh"]) == (286, "true")


def test_discarding_deletes_the_file_and_changes_nothing(signed_in, admin):
    run = planned("accounts", "Account name\nA\n", by=admin)
    answer = signed_in.post(url("import-discard", run), follow=True)

    assert "nothing was changed" in answer.content.decode()
    run.refresh_from_db()
    assert (run.state, run.chunks.count(), Account.objects.count()) == ("discarded", 0, 0)


def test_what_moved_on_meanwhile_is_not_started(signed_in, admin):
    run = uploaded("accounts", "Account name\nA\n", by=admin)
    page = signed_in.post(url("import-start", run), {}, follow=True).content.decode()

    assert "has moved on meanwhile" in page


def test_an_empty_list_says_with_what_to_begin(signed_in):
    assert "Begin with people" in signed_in.get(reverse("imports:imports")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_the_same_for_one_and_three(
    signed_in, admin, django_assert_num_queries, count
):
    for number in range(count):
        imported("accounts", f"Account name\nA{number}\n", by=admin)
    signed_in.get(reverse("imports:imports"))

    with django_assert_num_queries(4):
        signed_in.get(reverse("imports:imports"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_preview_asks_the_same_for_one_and_three(
    signed_in, admin, django_assert_num_queries, count
):
    for number in range(count):
        AccountFactory(name=f"A{number}", owner=admin)
    PersonFactory(full_name="Bob")
    lines = "".join(f"A{number},Bob\nN{number},Nobody\n" for number in range(count))
    run = planned("accounts", f"Account name,Owner\n{lines}", by=admin)
    signed_in.get(url("import", run))

    with django_assert_num_queries(12):
        signed_in.get(url("import", run))


def test_scripts_in_a_file_are_shown_as_text(signed_in, admin):
    run = planned("accounts", "Account name,Employees\n<script>alert(1)</script>,x\n", by=admin)
    page = signed_in.get(url("import", run)).content.decode()

    assert "<script>alert" not in page
