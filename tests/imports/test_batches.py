"""Rows read column by column: a batch without faults goes a shorter way to the same values."""

from zoneinfo import ZoneInfo

import pytest

from imports.engine.batches import MappedColumn, read_batch
from imports.engine.cells import Context, parser
from imports.engine.kinds import KINDS
from imports.engine.options import Answer, Format
from imports.engine.references import Creations, Resolver
from imports.engine.rows import Row
from imports.engine.staging import Refused, Staged, refuse, stage
from imports.models import ImportRefusal, ImportRun, ImportStagedRow
from tests.factories.pipeline import AccountFactory

pytestmark = pytest.mark.django_db
FIELDS = ("name", "account", "amount", "expected_close_on")
GOOD = [
    ["Pumps", "Acme", "12.50", "2026-01-31"],
    ["Hoses", "", "", "2026-02-28"],
    ["Pipes", "Nobody", "7", ""],
]
BAD = ["Taps", "Acme", "many", "2026-03-31"]


def columns() -> list[MappedColumn]:
    context = Context(ZoneInfo("UTC"), salesforce_ids=False)
    fields = [KINDS["deals"].field(name) for name in FIELDS]
    return [
        MappedColumn(field, place, field.label, parser(field, Format(), context))
        for place, field in enumerate(fields)
    ]


def values(cells: list[list[str]]) -> list[tuple[dict[str, object], list[str]]]:
    """Return each row's values that are not blank, and the reasons of its faults."""
    answers = {"NOBODY": Answer(blank=True)}
    resolvers = {"account": Resolver("account", answers, creates_all=False, creations=Creations())}
    rows = [Row(number, texts) for number, texts in enumerate(cells, start=2)]
    return [
        (
            {name: value for name, value in read.values.items() if value is not None},
            [fault.reason for fault in read.faults],
        )
        for read in read_batch(rows, columns(), resolvers, set())
    ]


def test_a_fault_in_one_row_changes_no_other():
    acme = AccountFactory(name="Acme")
    alone, beside = values(GOOD), values([*GOOD, BAD])

    assert alone == beside[:3]
    assert beside[3][1] == ["This is not a number."]
    assert [row.get("account:id") for row, _ in alone] == [acme.pk, None, None]
    assert [str(row["amount"].amount) if "amount" in row else "" for row, _ in alone] == [
        "12.50",
        "",
        "7.00",
    ]


def test_a_text_that_stands_for_nothing_is_blank_on_both_ways():
    AccountFactory(name="Acme")
    resolvers = {
        "account": Resolver(
            "account", {"NOBODY": Answer(blank=True)}, creates_all=False, creations=Creations()
        )
    }
    (plain,) = read_batch([Row(2, GOOD[2])], columns(), resolvers, set())

    assert plain.values["account"] == "Nobody"
    assert plain.values["account:id"] is None


@pytest.mark.parametrize(
    "text",
    [
        "tab\there",
        "line\nbreak",
        "return\r\n",
        "back\\slash",
        "\\N",
        "\\.",
        "\\t",
        'quote"d',
        "Ĝ, ü",
        "",
    ],
)
def test_any_text_comes_through_copy_as_it_is(text):
    run = ImportRun.objects.create(kind="deals", file_name="f.csv", file_size=1)
    refuse(run.pk, [Refused(2, text, text, f"reason {text}")])
    stage(run.pk, [Staged(3, f"n:{text}", {"name": text})])

    refusal, staged = ImportRefusal.objects.get(), ImportStagedRow.objects.get()
    assert (refusal.column, refusal.text, refusal.reason) == (text, text, f"reason {text}")
    assert (staged.key, staged.data) == (f"n:{text}", {"name": text})
