"""The test databases that are kept from run to run, and which of them can be trusted.

A run that is killed leaves rows of the test it was in. So a database counts as clean only from
the orderly end of one run to the start of the next; any other is dropped and made anew.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2 import sql

from salesmgr.devstack.connections import connect
from tests import slots

_CLEAN = "clean"
_KNOWN = """
SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '') = %s
FROM pg_database
WHERE datname LIKE %s AND pg_get_userbyid(datdba) = current_user
"""


def prepare() -> None:
    """Drop this run's databases unless they are clean, and those of other migrations."""
    with _cursor() as cursor:
        for name, clean in _known(cursor, "test_salesmgr_"):
            ours = name.startswith(slots.database())
            outdated = slots.checkout() in name and slots.schema() not in name
            if ours and clean:
                cursor.execute(_comment(name, None))
            elif ours or outdated:
                _drop(cursor, name)


def mark_clean() -> None:
    """Let the next run keep this run's databases."""
    with _cursor() as cursor:
        for name, _ in _known(cursor, slots.database()):
            cursor.execute(_comment(name, _CLEAN))


def _known(cursor: psycopg2.extensions.cursor, beginning: str) -> list[tuple[str, bool]]:
    cursor.execute(_KNOWN, [_CLEAN, beginning.replace("_", r"\_") + "%"])
    return list(cursor.fetchall())


def _comment(name: str, text: str | None) -> sql.Composed:
    return sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text))


def _drop(cursor: psycopg2.extensions.cursor, name: str) -> None:
    try:
        cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
    except psycopg2.errors.ObjectInUse:
        return  # Another run of this checkout began before the migrations changed.


@contextmanager
def _cursor() -> Iterator[psycopg2.extensions.cursor]:
    connection = connect()
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
