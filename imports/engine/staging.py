"""The one place that speaks COPY: rows read from a file go to the database in blocks."""

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from imports.models import ImportRefusal, ImportStagedRow


@dataclass(frozen=True, slots=True)
class Staged:
    """A row that was read: its identity in the file and its values."""

    row: int
    key: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a row is refused: its column, the text there, and the reason."""

    row: int
    column: str
    text: str
    reason: str


def stage(run_id: int, rows: Iterable[Staged]) -> None:
    """Write the rows to the staging table."""
    dumps = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    copy_rows(
        ImportStagedRow._meta.db_table,  # noqa: SLF001 -- Django's public name
        ("run_id", "row", "key", "data"),
        ((run_id, row.row, row.key, dumps(row.data)) for row in rows),
    )


def refuse(run_id: int, refusals: Iterable[Refused]) -> None:
    copy_rows(
        ImportRefusal._meta.db_table,  # noqa: SLF001 -- Django's public name
        ("run_id", "row", "column", "text", "reason"),
        (
            (run_id, found.row, found.column[:300], found.text[:300], found.reason[:1000])
            for found in refusals
        ),
    )


def copy_rows(table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """COPY the rows into the table; None is null. Nothing is sent for no rows."""
    lines = "".join(["\t".join(map(_copied, row)) + "\n" for row in rows])
    if not lines:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        # psycopg2's own method; Django's wrapper hands it on.
        cursor.copy_expert(f'COPY "{table}" ({names}) FROM STDIN', io.StringIO(lines))


def _copied(value: object) -> str:
    """Return the value as COPY's text format has it, its four signs escaped."""
    if value is None:
        return "\\N"
    text = str(value)
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if text.isprintable():
        return text
    return text.replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
