"""What a file says stays as it says it, and what the import decides by itself is in the preview."""

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from imports.engine.options import Format, Options, Profile
from imports.engine.questions import open_questions
from pipeline.deals.models import Deal
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import ProductFactory, StageFactory
from tests.imports.runs import counts, day, executed, imported, planned, refusals, table, uploaded

pytestmark = pytest.mark.django_db
ALL = ("account", "person", "product", "stage")
SHEET = """<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
{rows}</sheetData></worksheet>"""


@pytest.fixture(autouse=True)
def organisation(db: None) -> None:
    """West of Greenwich, without a stage, a person or an account."""
    OrganisationFactory(time_zone="America/New_York", currency="USD")


def deal(name: str) -> Deal:
    found: Deal = Deal.objects.get(name=name)
    return found


def lived(name: str) -> list[tuple[str, datetime]]:
    """Return the stages that a deal stood in, each with its beginning."""
    versions = deal(name).versions.order_by("valid_from")
    return list(versions.values_list("stage__name", "valid_from"))


def at(month: int, day: int, hour: int) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def workbook(*rows: str, from_1904: bool = False) -> bytes:
    """Return a workbook of one sheet with these cells in XML, row by row."""
    content = io.BytesIO()
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml"'
            ' ContentType="application/xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><workbookPr date1904="{from_1904:d}"/>'
            '<sheets><sheet name="Deals" sheetId="1" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        numbered = "".join(
            f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, start=1)
        )
        archive.writestr("xl/worksheets/sheet1.xml", SHEET.format(rows=numbered))
    return content.getvalue()


def cells(row: int, *texts: str) -> str:
    """Return cells from column A on; what begins with < is a cell's inside, with its attributes."""
    return "".join(
        f'<c r="{letter}{row}" {text[1:]}</c>'
        if text.startswith("<")
        else f'<c r="{letter}{row}" t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in zip("ABCDEF", texts, strict=False)
    )


HEADER = cells(1, "Deal id", "Deal name", "Owner", "Stage", "Amount", "Close date")


def test_closed_deals_keep_their_creation_where_no_open_stage_is_here():
    run = planned(
        "deals",
        table(
            """
            Deal ID | Deal name | Owner | Stage | Amount | Created date | Closed date
            1 | Pumps | Ann | Won | 1000 | 2026-01-05 | 2026-03-20
            2 | Valves | Ann | Lost | 500 | 2026-02-01 | 2026-04-02
            """
        ),
        create=ALL,
    )
    assert ("stage", "Open") in run.creations.values_list("subject", "name")

    executed(run)

    assert lived("Pumps") == [("Open", at(1, 5, 5)), ("Won", at(3, 20, 16))]
    assert lived("Valves") == [("Open", at(2, 1, 5)), ("Lost", at(4, 2, 16))]
    assert deal("Pumps").created_at == at(1, 5, 5)


def test_no_stage_is_made_where_no_deal_stood_in_it():
    run = planned(
        "deals",
        "Deal ID,Deal name,Owner,Stage,Closed date\n1,Pumps,Ann,Won,2026-03-20\n",
        create=ALL,
    )

    assert [c.name for c in run.creations.filter(subject="stage")] == ["Won"]


def test_the_stage_beside_a_status_is_where_the_deal_was_before():
    imported(
        "deals",
        table(
            """
            Deal ID | Deal name | Owner | Stage | Status | Created date | Closed date
            11 | Tanks | Ann | Demo | Won | 2026-01-05 | 2026-03-20
            """
        ),
        create=ALL,
    )

    assert lived("Tanks") == [("Demo", at(1, 5, 5)), ("Won", at(3, 20, 16))]


def test_an_open_stage_that_is_not_there_is_refused(tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(
        "Deal ID,Deal name,Owner,Stage,Created date,Closed date\n"
        "1,Pumps,Ann,Won,2026-01-05,2026-03-20\n"
    )

    with pytest.raises(CommandError, match="There is no open stage “Nowhere”"):
        call_command(
            "import_csv", "deals", str(path), "--create=all", "--open-stage=Nowhere",
            stdout=io.StringIO(),
        )  # fmt: skip

    assert not Deal.objects.exists()


def test_accounts_alike_are_told_and_made_as_the_preview_says(tmp_path):
    path, out = tmp_path / "deals.csv", io.StringIO()
    path.write_text(
        "Deal ID,Deal name,Account,Owner,Stage\n1,A,Acme Inc.,Ann,Demo\n2,B,Acme Ltd,Ann,Demo\n"
    )

    call_command("import_csv", "deals", str(path), "--create=all", stdout=out)

    assert "“Acme Ltd” is likely the same as “Acme Inc.”, and is made all the same." in (
        out.getvalue()
    )
    assert (deal("A").account.name, deal("B").account.name) == ("Acme Inc.", "Acme Ltd")


def test_a_column_without_a_header_is_a_column():
    run = imported(
        "deals",
        "Deal ID,Deal name,Owner,Stage,Amount,\n41,C,Ann,Demo,100,\n42,D,Ann,Demo,200,7\n"
        "43,E,Ann,Demo,300\n",
        create=ALL,
    )

    assert run.plan["left_out"] == ["Column 6"]
    assert list(Deal.objects.order_by("external_id").values_list("amount", flat=True)) == [
        100,
        200,
        300,
    ]


def test_the_id_of_the_deal_goes_before_that_of_its_line():
    imported(
        "deals",
        table(
            """
            ID | Opportunity ID | Opportunity Name | Opportunity Owner | Stage | Product Name \
| Amount | Opportunity Created Date
            901 | 51 | E | Ann | Demo | Pump | 300 | 2026-02-02
            902 | 51 | E | Ann | Demo | Valve | 300 | 2026-02-02
            """
        ),
        create=ALL,
    )

    assert (deal("E").external_id, deal("E").created_at) == ("51", at(2, 2, 5))


@pytest.fixture
def tap() -> str:
    ProductFactory(name="Tap", list_price=700, currency="USD")
    PersonFactory(full_name="Ann")
    StageFactory(name="Demo")
    StageFactory(name="Won", won=True)
    return table(
        """
        Deal ID | Deal name | Owner | Stage | Product | Quantity | Amount | Created date | Closed on
        61 | F | Ann | Won | Tap | 1 | | 2026-05-01 | 2026-06-01
        62 | G | Ann | Demo | Tap | 2 | | 2026-05-01 |
        62 | G | Ann | Demo | Tap | 2 | | 2026-05-01 |
        """
    )


WON = "1 won deal has no amount"
OPEN = "1 open deal has no amount"
COULD = "and none is made up; list prices would come to"


@pytest.mark.parametrize(
    ("taken", "won", "still_open", "said"),
    [
        ([], None, None, {f"{WON} {COULD} 700.00 USD.", f"{OPEN} {COULD} 1,400.00 USD."}),
        (
            ["open"],
            None,
            1400,
            {
                f"{WON} {COULD} 700.00 USD.",
                f"{OPEN}: list prices are taken, 1,400.00 USD in all.",
            },
        ),
        (
            ["won"],
            700,
            None,
            {
                f"{WON}: list prices are taken, 700.00 USD in all.",
                f"{OPEN} {COULD} 1,400.00 USD.",
            },
        ),
    ],
)
def test_a_list_price_is_an_amount_only_where_that_is_chosen(tap, taken, won, still_open, said):
    run = imported("deals", tap, list_price=taken)

    assert said <= set(run.plan["notices"])
    assert (deal("F").amount, deal("G").amount) == (won, still_open)


def test_a_closed_deal_without_a_day_gets_one_only_where_that_is_chosen():
    content = "Deal ID,Deal name,Owner,Stage,Amount\n71,G,Ann,Won,100\n"
    run = planned("deals", content, create=ALL, as_of=day("2026-06-30"))

    ((row, _, reason),) = refusals(run)
    assert row == 2
    assert reason.startswith("It is won without a day: give it one, or let such deals close on 30")

    run = imported("deals", content, create=ALL, as_of=day("2026-06-30"), undated=True)

    assert (
        "1 row: it is closed without a day and gets 30 Jun 2026, that of the data."
        in (run.plan["notices"])
    )
    assert deal("G").closed_on == day("2026-06-30")


def test_a_closed_deal_that_is_here_stays_as_it_is_without_a_day():
    content = "Deal ID,Deal name,Owner,Stage,Amount,Closed date\n71,G,Ann,Won,100,2026-03-01\n"
    imported("deals", content, create=ALL)

    run = planned("deals", "Deal ID,Deal name,Owner,Stage,Amount\n71,G,Ann,Won,100\n")

    assert counts(run) == {"leave": 1}


def test_nothing_happens_after_the_day_of_the_data():
    run = planned(
        "deals",
        "Deal ID,Deal name,Owner,Stage,Created date,Closed date\n"
        "81,H,Ann,Won,2016-01-01,2023-04-12\n",
        create=ALL,
        as_of=day("2016-12-31"),
    )

    assert refusals(run) == [
        (2, "Closed date", "It closed after 31 Dec 2016, the day of the data.")
    ]


def test_forecast_type_of_zoho_is_the_status():
    run = imported(
        "deals",
        "Potential Name,Potential Owner,Stage,Forecast Type,Amount\nZ,Ann,Demo,Open,100\n",
        create=ALL,
    )

    assert "“Forecast Type” is the status." in run.plan["decisions"]
    assert (deal("Z").owner.full_name, deal("Z").status) == ("Ann", "open")


@pytest.mark.parametrize("word", ["Loss", "lost", "Closed Lost", "CLOSED LOSS"])
def test_ways_to_say_that_a_deal_is_lost(word):
    imported(
        "deals",
        f"Deal ID,Deal name,Owner,Status,Closed date\n91,Q,Ann,{word},2026-03-01\n",
        create=ALL,
        answers=None,
    )

    assert deal("Q").status == "lost"


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2027-01-01T00:00:00.000Z", "2027-03-31T00:00:00.000Z"),
        ("1798761600000", "1806451200000"),
    ],
)
def test_midnights_of_utc_are_days_in_every_zone(first, last):
    content = (
        "Deal id,Deal name,Owner,Stage,Amount,Close date\n"
        f"1,Alpha,Ann,Demo,100,{first}\n2,Beta,Ann,Demo,200,{last}\n"
    )
    run = imported("deals", content, create=ALL)

    (said,) = (words for words in run.plan["decisions"] if "Close date" in words)
    assert said.endswith("midnights in UTC taken for days.")
    closes = [deal(name).expected_close_on for name in ("Alpha", "Beta")]
    assert closes == [day("2027-01-01"), day("2027-03-31")]


def test_midnights_of_utc_are_moments_where_that_is_chosen():
    content = (
        "Deal id,Deal name,Owner,Stage,Close date\n1,Alpha,Ann,Demo,2027-01-01T00:00:00.000Z\n"
    )

    run = imported("deals", content, create=ALL, formats={4: Format(days=False)})

    assert any(said.endswith("taken for moments.") for said in run.plan["decisions"])
    assert deal("Alpha").expected_close_on == day("2026-12-31")


def test_one_moment_beside_midnights_makes_them_moments():
    content = (
        "Deal id,Deal name,Owner,Stage,Close date\n"
        "1,Alpha,Ann,Demo,2027-01-01T00:00:00.000Z\n2,Beta,Ann,Demo,2027-01-01T09:30:00.000Z\n"
    )

    imported("deals", content, create=ALL)

    assert deal("Alpha").expected_close_on == day("2026-12-31")


def test_a_row_that_says_it_is_deleted_is_left_out_and_told():
    run = planned(
        "deals",
        "Id,Name,OwnerId,StageName,Amount,IsDeleted\n1,Gone,Ann,Demo,1,true\n"
        "2,There,Ann,Demo,1,false\n",
        create=ALL,
    )

    assert refusals(run) == [(2, "IsDeleted", "It says that it is deleted, so it is left out.")]

    executed(run, skip_refused=True)

    assert list(Deal.objects.values_list("name", flat=True)) == ["There"]


def test_words_for_nothing_are_blank_only_where_that_is_chosen():
    content = "Deal id,Deal name,Owner,Stage,Amount\n1,A,Ann,Demo,N/A\n2,B,Ann,Demo,-\n"
    run = planned("deals", content, create=ALL)
    assert counts(run) == {"refuse": 2}

    run = imported("deals", content, create=ALL, blank_words=True)

    assert "Cells that say N/A, NULL or - are blank." in run.plan["decisions"]
    assert [deal(name).amount for name in "AB"] == [None, None]


def test_errors_of_a_sheet_and_formulas_without_a_value_are_told():
    run = planned(
        "deals",
        workbook(
            HEADER,
            cells(2, "1", "A", "Ann", "Demo", '<t="e"><v>#REF!</v>', "2027-01-05"),
            cells(3, "2", "B", "Ann", "Demo", "<><f>SUM(1,2)</f>", "2027-01-05"),
            cells(4, "3", "C", "Ann", "Demo", "<><f>SUM(1,2)</f><v>3</v>", "2027-01-05"),
        ),
        name="deals.xlsx",
        create=ALL,
    )

    assert refusals(run) == [
        (2, "Amount", "The sheet has an error here, not a value."),
        (
            3,
            "Amount",
            "The sheet has a formula here and not its value: save it in Excel anew.",
        ),
    ]
    executed(run, skip_refused=True)
    assert deal("C").amount == 3


def test_numbers_in_a_column_of_dates_count_from_where_their_book_does():
    imported(
        "deals",
        workbook(
            HEADER,
            cells(2, "1", "A", "Ann", "Demo", "<><v>100</v>", "<><v>44930</v>"),
            from_1904=True,
        ),
        name="deals.xlsx",
        create=ALL,
    )

    assert deal("A").expected_close_on == day("2027-01-05")


def test_accounts_that_lie_below_themselves_are_refused_with_the_way_round():
    run = planned(
        "accounts",
        "Account id,Account name,Parent account\n1,Rhine,Danube\n2,Danube,Elbe\n3,Elbe,Rhine\n"
        "4,Main,Rhine\n5,Oder,\n",
    )

    assert refusals(run) == [
        (2, "", "It would lie below itself: “Rhine”, “Danube”, “Elbe”, “Rhine”."),
        (3, "", "It would lie below itself: “Danube”, “Elbe”, “Rhine”, “Danube”."),
        (4, "", "It would lie below itself: “Elbe”, “Rhine”, “Danube”, “Elbe”."),
        (5, "", "Its parent account stands in a row that is refused."),
    ]
    assert counts(run) == {"create": 1, "refuse": 4}


def test_a_file_without_a_header_and_a_web_page_are_called_what_they_are():
    run = uploaded("deals", "Z5-1,First,Otto,Demo,100,2027-01-05\nZ5-2,Second,Otto,Demo,5,\n")
    (notice,) = run.profile["notices"]
    assert notice.startswith("The first row looks like data, such as “100”: add a row of headers")

    run = uploaded("deals", "<html><body><table><tr><td>Deal id</td></tr></table></body></html>")
    assert run.failure.startswith("This is a web page, whatever its name says.")


def test_dates_that_contradict_each_other_are_shown():
    run = uploaded(
        "deals",
        "Deal id,Deal name,Owner,Stage,Close date\n"
        "1,A,Ann,Demo,13/01/2027\n2,B,Ann,Demo,01/13/2027\n",
    )

    options, profile = Options.from_json(run.options), Profile.from_json(run.profile)
    (asked,) = open_questions("deals", options, profile)
    assert "such as 13/01/2027 and 01/13/2027" in asked.text


def test_cells_without_an_address_stand_where_they_follow():
    bare = SHEET.format(
        rows='<row><c t="inlineStr"><is><t>Deal name</t></is></c><c t="inlineStr"><is><t>Amount</t>'
        '</is></c></row><row><c t="inlineStr"><is><t>A</t></is></c><c t="e"><v>#N/A</v></c></row>'
    )
    book = io.BytesIO(workbook(HEADER))
    made = io.BytesIO()
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, bare if name.endswith("sheet1.xml") else old.read(name))

    run = uploaded("deals", made.getvalue(), name="deals.xlsx")

    assert [column["samples"] for column in run.profile["columns"]] == [["A"], ["#N/A"]]


@pytest.mark.parametrize(
    "sheet",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><worksheet><sheetData><c t="e"/></sheetData></worksheet>',
        '<worksheet><sheetData><row><c t="e"',
    ],
    ids=["entities", "cut off"],
)
def test_a_sheet_of_bad_xml_is_refused_with_its_reason(sheet):
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(HEADER))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, sheet if name.endswith("sheet1.xml") else old.read(name))

    run = uploaded("deals", made.getvalue(), name="deals.xlsx")

    assert run.state == "failed"
    assert run.failure.startswith("The workbook")
