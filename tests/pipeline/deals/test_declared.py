"""Each reader of a deal's fields reads the one table, and the SQL files name the same columns."""

import re
from pathlib import Path

import pytest

from imports.engine import deal_columns, headers
from imports.engine.kinds import KINDS
from imports.enums import ImportKind
from kit.api.fields import DayTextField, TextField
from kit.forms import DayField
from pipeline.activities.reports import LOGGED, TOLD
from pipeline.deals import declared
from pipeline.deals.declared import DEAL_FIELDS, DOWNLOADED, EDITABLE, IMPORTED, TRACKED, DealField
from pipeline.deals.fields import plain_fields
from pipeline.deals.models import Deal, DealVersion
from pipeline.deals.tables import DOWNLOAD
from pipeline.lifecycle.api import DealBody, DealFields, Tracked

SQL = Path(__file__).parents[3] / "pipeline" / "deals" / "sql"
# What a version keeps that is no field of the deal itself.
BESIDES = {"id", "deal", "valid_from", "valid_to", "probability", "archived"}
OF_THE_WRITE = {"changed_by", "source", "reason", "transaction"}


def columns() -> list[str]:
    return [str(declared.column_of(name).column) for name in TRACKED]


def test_every_declared_field_is_one_of_the_model() -> None:
    known = {field.name for field in Deal._meta.concrete_fields}

    assert {field.name for field in DEAL_FIELDS} <= known
    assert len({field.name for field in DEAL_FIELDS}) == len(DEAL_FIELDS)


def test_a_version_keeps_the_tracked_fields_and_nothing_else_of_the_deal() -> None:
    kept = {field.name for field in DealVersion._meta.concrete_fields}

    assert kept - BESIDES - OF_THE_WRITE == set(TRACKED)


def test_what_is_downloaded_of_past_days_is_tracked() -> None:
    assert {field.name for field in DOWNLOADED} <= set(TRACKED)
    assert {field.name for field in DOWNLOADED} <= {column.key for column in DOWNLOAD}


@pytest.mark.parametrize(
    ("file", "times"), [("deal_changed", 4), ("deal_created", 2), ("history_faults", 2)]
)
def test_the_triggers_name_every_tracked_column(file: str, times: int) -> None:
    text = (SQL / f"{file}.sql").read_text()

    found = {name: len(re.findall(rf"\b{name}\b", text)) for name in columns()}

    assert {name: many for name, many in found.items() if many < times} == {}


def test_forms_api_import_and_story_know_every_field_that_is_theirs() -> None:
    written, answered = DealFields().get_fields(), DealBody().get_fields()
    of_files = {field.name for field in KINDS[ImportKind.DEALS].fields}
    known_headers = set(headers.KNOWN[ImportKind.DEALS].values())

    for field in DEAL_FIELDS:
        assert (field.name in plain_fields(new=False)) == field.in_forms
        assert (field.name in plain_fields(new=True)) == field.in_new_form
        assert (field.name in written) == field.editable
        assert (field.name in answered) or not field.editable
        assert not field.told or field.name in {*TOLD, *LOGGED}
        assert not field.imported or field.name in of_files & known_headers
        assert not field.imported or field.name in deal_columns.PLAIN


def test_the_api_answers_what_the_history_keeps() -> None:
    left_out = {"exchange_rate", "exchange_rate_from", "competitor", "lost_reason"}

    assert set(TRACKED) - left_out <= set(Tracked().get_fields())


def test_a_field_more_in_the_table_is_known_to_forms_and_api(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closing = DealField(
        name="original_close_on", label="First close", editable=True, in_forms=True, imported=True
    )
    fields = (*DEAL_FIELDS, closing)
    monkeypatch.setattr("pipeline.deals.fields.DEAL_FIELDS", fields)
    monkeypatch.setattr(DealFields, "FIELDS", (*EDITABLE, closing.name))
    monkeypatch.setitem(declared.DECLARED, closing.name, closing)

    entered = plain_fields(new=False)[closing.name]
    written = DealFields().get_fields()

    assert isinstance(entered, DayField)
    assert entered.label == "First close"
    assert isinstance(written[closing.name], DayTextField)
    assert list(written)[: len(EDITABLE) + 1] == [*EDITABLE, closing.name]


def test_length_and_emptiness_are_those_of_the_model() -> None:
    written = DealFields().get_fields()

    step, reason = written["next_step"], written["lost_reason"]

    assert isinstance(step, TextField)
    assert step.max_length == Deal._meta.get_field("next_step").max_length  # type: ignore[union-attr]
    assert step.allow_blank
    assert reason.allow_null
    assert not plain_fields(new=True)["source"].required
    assert plain_fields(new=True)["name"].required


def test_the_import_takes_the_same_words_as_the_table() -> None:
    labels = {field.name: field.label for field in KINDS[ImportKind.DEALS].fields}

    assert {field.name: field.label for field in IMPORTED}.items() <= labels.items()
