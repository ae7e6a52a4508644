"""Downloads for spreadsheets: streamed CSV in which no text can become a formula."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from kit.display import local_moment
from kit.tables import Column, Table

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
# What spreadsheets take as the start of a formula, with the full-width forms they fold to it.
TRIGGERS = frozenset("=+-@＝＋－＠")
CONTROLS = frozenset("\t\r\n\0")
# The first letters of the Unicode categories of what shows nothing: controls, and separators.
INVISIBLE = frozenset("CZ")


def guarded(text: str) -> str:
    """Return the text with an apostrophe before it where a spreadsheet might run it.

    Leading blanks and invisible signs are looked through, since spreadsheets drop them.
    """
    if not text:
        return text
    seen = next((sign for sign in text if unicodedata.category(sign)[0] not in INVISIBLE), "")
    if text[0] in CONTROLS or seen in TRIGGERS:
        return f"'{text}"
    return text


def cell(value: Any) -> str:
    """Return a value as a CSV cell: numbers plain, dates ISO, moments local ISO, text guarded."""
    if value is None:
        return ""
    # By the exact type: only a true number may begin with a minus sign.
    if type(value) in {Decimal, int, float}:
        return format(value, "f") if type(value) is Decimal else repr(value)
    if isinstance(value, datetime):
        return local_moment(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guarded(str(value))


class Echo:
    """A file that hands back what is written to it, so that a ``csv.writer`` streams rows."""

    def write(self, text: str) -> str:
        return text


def csv_lines(
    columns: Sequence[Column], rows: Iterable[Any], *, mark: bool = True
) -> Iterator[str]:
    """Yield the file line by line: headings, then a line per row, exportable columns only."""
    exported = [column for column in columns if column.export]
    writer = csv.writer(Echo())
    yield (BYTE_ORDER_MARK if mark else "") + writer.writerow([guarded(c.label) for c in exported])
    for row in rows:
        yield writer.writerow([cell(column.raw(row)) for column in exported])


def csv_response(
    filename: str, columns: Sequence[Column], rows: Iterable[Any], *, mark: bool = True
) -> StreamingHttpResponse:
    """Stream the rows (pass ``queryset.iterator()``) as a download called ``filename``.

    ``mark`` puts the UTF-8 byte order mark first, without which Excel misreads accents.
    """
    response = StreamingHttpResponse(
        csv_lines(columns, rows, mark=mark), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = content_disposition_header(True, filename)  # noqa: FBT003 -- Django's signature
    return response


def table_response(filename: str, table: Table) -> StreamingHttpResponse:
    """Download the rows of a page's table in the order shown; its totals are not among them."""
    return csv_response(filename, table.file_columns or table.columns, table.rows)
