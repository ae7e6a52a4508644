"""Writing many rows at once: COPY of text rows and of whole numbers, and bare tables for bulk."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from django.core.management.color import no_style
from django.db import connection, models
from numpy.typing import NDArray

NULL = r"\N"
_BINARY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_BINARY_END = b"\xff\xff"
_PIECE = 500_000


def copy_rows(model: type[models.Model], columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """COPY rows with values for the named columns into the table of a model."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(map(_text, row) for row in rows)
    text.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY {model._meta.db_table} ({', '.join(columns.split())}) FROM STDIN"  # noqa: SLF001 -- Django's public name
            f" (FORMAT csv, NULL '{NULL}')",
            text,
        )


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)


@contextmanager
def staged_numbers(name: str, columns: Mapping[str, NDArray[Any]]) -> Iterator[None]:
    """Have a temporary table of whole numbers, filled by binary COPY, inside the block.

    Columns of 64-bit arrays become bigint, all others integer; there are no nulls.
    """
    wide = {key: column.dtype.itemsize == 8 for key, column in columns.items()}
    kinds = ", ".join(f"{key} {'bigint' if w else 'integer'}" for key, w in wide.items())
    layout: list[tuple[str, str]] = [("fields", ">i2")]
    for n, is_wide in enumerate(wide.values()):
        layout += [(f"size{n}", ">i4"), (f"value{n}", ">i8" if is_wide else ">i4")]
    rows = len(next(iter(columns.values())))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE {name} ({kinds})")
        for start in range(0, rows, _PIECE):
            piece = np.empty(min(_PIECE, rows - start), dtype=layout)
            piece["fields"] = len(wide)
            for n, (key, is_wide) in enumerate(wide.items()):
                piece[f"size{n}"] = 8 if is_wide else 4
                piece[f"value{n}"] = columns[key][start : start + len(piece)]
            data = io.BytesIO(_BINARY_HEADER + piece.tobytes() + _BINARY_END)
            cursor.copy_expert(f"COPY {name} FROM STDIN (FORMAT binary)", data)
        cursor.execute(f"ANALYZE {name}")
        yield
        cursor.execute(f"DROP TABLE {name}")


def first_free_id(model: type[models.Model]) -> int:
    return (model._default_manager.aggregate(models.Max("pk"))["pk__max"] or 0) + 1  # noqa: SLF001 -- Django's public name


def advance_sequences(chosen: Sequence[type[models.Model]]) -> None:
    """Make the next inserts of these models follow the ids given by hand."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), chosen):
            cursor.execute(statement)


@contextmanager
def bare(tables: Sequence[str]) -> Iterator[None]:
    """Drop the tables' foreign keys and plain indexes, and make them again as they were.

    Building an index over a million rows, or checking a key over them, is one sorted pass; doing
    it row by row is most of the time of a bulk load. All in the caller's transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE contype = 'f' AND conrelid = ANY (%s::regclass[]) ORDER BY oid",
            [list(tables)],
        )
        keys = cursor.fetchall()
        cursor.execute(
            "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i"
            " WHERE i.indrelid = ANY (%s::regclass[]) AND NOT i.indisunique ORDER BY i.indexrelid",
            [list(tables)],
        )
        indexes = cursor.fetchall()
        for table, key, _ in keys:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {key}")
        for index, _ in indexes:
            cursor.execute(f"DROP INDEX {index}")
        yield
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
        for _, definition in indexes:
            cursor.execute(definition)
        for table, key, definition in keys:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {key} {definition}")
