import csv
import io
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import example, given
from hypothesis import strategies as st

from kit.export import BYTE_ORDER_MARK, cell, csv_lines, csv_response, guarded
from kit.tables import Column

# Written out here, not taken from the code under test.
STARTS_A_FORMULA = set("=+-@＝＋－＠")
NAME = Column(key="name", label="Name")
AMOUNT = Column(key="amount", label="=Amount", kind="money")
SECRET = Column(key="secret", label="Secret", export=False)


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Fjord Bank", "Fjord Bank"),
        ("", ""),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\0=1", "'\0=1"),
        ("\tplain", "'\tplain"),
        ("＝1", "'＝1"),
        ("  =1", "'  =1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\u200b\u00a0-1", "'\u200b\u00a0-1"),
        ("a=1", "a=1"),
        ("5-3", "5-3"),
    ],
)
def test_guarded_text_cannot_start_a_formula(text: str, safe: str) -> None:
    assert guarded(text) == safe


@given(st.text())
@example("\U000187f8=1")
@example(" \n =cmd|' /C calc'!A0")
def test_no_text_cell_begins_with_a_trigger(text: str) -> None:
    seen = cell(text)

    visible = "".join(c for c in seen if unicodedata.category(c)[0] not in "CZ")
    assert visible[:1] not in STARTS_A_FORMULA
    assert seen[:1] not in {"\t", "\r", "\n", "\0"}
    assert seen in {text, f"'{text}"}


@given(
    st.lists(st.tuples(st.text(), st.decimals(allow_nan=False, allow_infinity=False)), max_size=5)
)
def test_file_reads_back_as_it_was_but_for_the_guard(rows: list[tuple[str, Decimal]]) -> None:
    lines = list(csv_lines([NAME, AMOUNT], [{"name": n, "amount": a} for n, a in rows]))

    for (name, amount), found in zip(rows, read_back("".join(lines))[1:], strict=True):
        assert found == [guarded(name), format(amount, "f")]
        assert Decimal(found[1]) == amount


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal("-1200.50"), "-1200.50"),
        (Decimal("1E+3"), "1000"),
        (-5, "-5"),
        (-0.25, "-0.25"),
        (True, "yes"),
        (False, "no"),
        (date(2026, 11, 23), "2026-11-23"),
        ("-5", "'-5"),
    ],
)
def test_cell_trusts_only_true_numbers(value: Any, text: str) -> None:
    assert cell(value) == text


def test_text_that_poses_as_a_number_is_guarded() -> None:
    class Sly(int):
        def __str__(self) -> str:
            return "=1+1"

    assert cell(Sly(3)) == "'=1+1"


def test_moment_is_written_where_the_organisation_is() -> None:
    with timezone.override(ZoneInfo("Europe/Oslo")):
        assert cell(datetime(2026, 11, 23, 14, 5, tzinfo=UTC)) == "2026-11-23T15:05:00+01:00"


def test_file_leaves_out_what_is_not_for_export_and_guards_headings() -> None:
    rows = [{"name": "Ann", "amount": None, "secret": "x"}]

    assert read_back("".join(csv_lines([NAME, AMOUNT, SECRET], rows))) == [
        ["Name", "'=Amount"],
        ["Ann", ""],
    ]


def test_mark_comes_first_unless_refused() -> None:
    assert next(iter(csv_lines([NAME], []))).startswith("\ufeff")
    assert next(iter(csv_lines([NAME], [], mark=False))) == "Name\r\n"


def test_response_streams_row_by_row() -> None:
    read: list[int] = []

    def rows() -> Any:
        for number in range(3):
            read.append(number)
            yield {"name": str(number), "amount": None}

    response = csv_response('a"b.csv', [NAME], rows())
    parts = iter(response.streaming_content)
    next(parts)
    next(parts)

    assert read == [0]
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="a\\"b.csv"'
