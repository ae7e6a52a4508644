import csv
import io

import pytest
from django.core.management import CommandError, call_command

from imports.models import ImportRun
from pipeline.customers.models import Account
from pipeline.deals.models import Deal
from pipeline.products.models import Product
from pipeline.stages.models import Stage
from tests.factories.org import OrganisationFactory, PersonFactory
from tests.factories.pipeline import AccountFactory, ProductFactory, StageFactory
from tests.imports.runs import table

pytestmark = pytest.mark.django_db
DEALS = table(
    """
    Deal ID | Deal name | Owner | Account | Stage | Amount | Close date | Product
    1 | A | Ann | Acme | Won | 10 | 2026-03-01 | GTXPro
    2 | B | Ann | Newco | Engaging | 20 | | GTX Pro
    """
)


@pytest.fixture
def command(tmp_path):
    OrganisationFactory()
    PersonFactory(full_name="Ann")
    AccountFactory(name="Acme")
    ProductFactory(name="GTX Pro")
    StageFactory(won=True)

    def _command(kind, content, *arguments, name="file.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        out = io.StringIO()
        call_command("import_csv", kind, str(path), *arguments, stdout=out)
        return out.getvalue()

    return _command


def test_values_and_creations_are_told_on_the_command_line(command):
    said = command(
        "deals",
        DEALS,
        "--value=GTXPro=GTX Pro",
        "--value=stage:Engaging=+open",
        "--create=accounts",
        "--as-of=2026-06-30",
    )

    assert "2 rows: 2 create, 0 change, 0 leave, 0 refuse." in said
    assert "Also makes the account “Newco”." in said
    assert Deal.objects.filter(lines__product__name="GTX Pro").count() == 2
    assert Stage.objects.get(name="Engaging").kind == "open"


def test_what_is_unknown_stops_it_with_the_words_to_go_on(command, capsys):
    with pytest.raises(CommandError, match="2 rows are refused"):
        command("deals", DEALS)

    assert not Deal.objects.exists()
    assert ImportRun.objects.get().state == "discarded"


def test_the_hints_can_be_copied(command, tmp_path):
    path = tmp_path / "deals.csv"
    path.write_text(DEALS)
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("import_csv", "deals", str(path), stdout=out)

    said = out.getvalue()
    assert '--value "GTXPro=GTX Pro"' in said
    assert '--value "Engaging=+open"' in said
    assert '--value "Newco=+"' in said


def test_a_dry_run_does_nothing(command):
    said = command("accounts", "Account name\nNew\n", "--dry-run")

    assert "1 create" in said
    assert not Account.objects.filter(name="New").exists()


def test_refused_rows_are_skipped_and_written_to_a_file_where_told(command, tmp_path):
    refused = tmp_path / "refused.csv"
    command(
        "accounts",
        "Account name,Employees\nGood,5\nBad,many\n",
        "--skip-refused",
        f"--refused-to={refused}",
    )

    assert Account.objects.filter(name="Good").exists()
    with refused.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Row"], row["Column"], row["Account name"]) for row in rows] == [
        ("3", "Employees", "Bad")
    ]


def test_columns_and_formats_can_be_told(command):
    command(
        "products",
        "Ware;Preis;Gruppe\nPumpe;1.234;X\n",
        "--map=Ware=name",
        "--map=Preis=list_price",
        "--map=Gruppe=-",
        "--format=Preis=comma",
    )

    product = Product.objects.get(name="Pumpe")
    assert (product.list_price, product.family) == (1234, "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--map=Nothing=name"], "there is no column “Nothing”"),
        (["--map=Account name=nothing"], "the fields are"),
        (["--format=Account name=roman"], "write COLUMN=dmy"),
        (["--create=deals"], "cannot be made on the way"),
        (["--encoding=klingon"], "Known encodings"),
        (["--as-of=2999-01-01"], "a day to come"),
    ],
)
def test_wrong_words_are_explained(command, arguments, message):
    with pytest.raises(CommandError, match=message):
        command("accounts", "Account name\nNew\n", *arguments)
    assert not Account.objects.filter(name="New").exists()


def test_an_ambiguous_column_is_asked_for(command):
    with pytest.raises(CommandError, match="does not say which its decimal mark is"):
        command("products", 'Product,List price\nPump,"1,234"\n')


def test_files_go_one_by_one_and_the_first_fault_stops(command, tmp_path):
    for name, content in (("a", "A"), ("b", "B,x"), ("c", "C")):
        (tmp_path / name).write_text(f"Account name\n{content}\n")
    with pytest.raises(CommandError, match="b was not imported"):
        call_command("import_csv", "accounts", *(str(tmp_path / n) for n in "abc"), verbosity=0)

    assert sorted(Account.objects.values_list("name", flat=True)) == ["A", "Acme"]


def test_a_missing_file_is_one_line(command):
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_csv", "accounts", "/nowhere/x.csv", verbosity=0)
