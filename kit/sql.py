"""SQL that is kept in files: its text, its rows, and what undoes it."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Field, Func, QuerySet
from django.db.models.sql.compiler import SQLCompiler

_MAKES = re.compile(
    r"^CREATE (?:OR REPLACE )?(?:CONSTRAINT )?"
    r"(?:(?P<function>FUNCTION) (?P<name>\w+)|(?P<kind>TRIGGER|POLICY) (?P<part>\w+)"
    r"\b.*?\bON (?P<table>\w+))",
    re.MULTILINE | re.DOTALL,
)
# A value of a statement, or a percent sign that is one.
_VALUE = re.compile(r"%(?:%|(s))")
_PLACE = re.compile(r"\{(\w+)\}")


def read(name: str) -> str:
    """Return the text of a file that is named from the project's folder, "org/sql/lines.sql"."""
    return (Path(settings.BASE_DIR) / name).read_text(encoding="utf-8")


def fetch(text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement with its named parameters."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def named(rows: QuerySet) -> tuple[str, dict[str, Any]]:
    """Return a queryset as text with named parameters, to stand inside a statement from a file."""
    # Not elided: where Django knows that no row can match, it has its columns still.
    compiler = rows.query.get_compiler(connection=connection, elide_empty=False)
    text, values = compiler.as_sql()
    given = {f"given_{number}": value for number, value in enumerate(values)}
    names = iter(given)
    # A doubled sign stays doubled: the statement is still to be executed.
    return _VALUE.sub(lambda found: f"%({next(names)})s" if found[1] else found[0], text), given


class Expression(Func):
    """An expression whose SQL stands in a file, with ``{names}`` for those of ``parts`` it is of.

    Columns are given as F("..."), so that it is right wherever the queryset is put.
    """

    def __init__(self, text: str, output_field: Field, parts: Mapping[str, Any]) -> None:
        self.text, self.names = text, tuple(dict.fromkeys(_PLACE.findall(text)))
        super().__init__(*(parts[name] for name in self.names), output_field=output_field)

    def as_sql(
        self, compiler: SQLCompiler, connection: Any, *_: Any, **__: Any
    ) -> tuple[str, tuple[Any, ...]]:
        made = zip(self.names, map(compiler.compile, self.get_source_expressions()), strict=True)
        parts, values = dict(made), []

        def put(place: re.Match[str]) -> str:
            text, given = parts[place[1]]
            values.extend(given)
            return str(text)

        return _PLACE.sub(put, self.text), tuple(values)


def drops(text: str) -> list[str]:
    """Return statements that drop the functions, triggers and policies a text makes, last first."""
    statements = [
        f"DROP FUNCTION IF EXISTS {made['name']}"
        if made["function"]
        else f"DROP {made['kind']} IF EXISTS {made['part']} ON {made['table']}"
        for made in _MAKES.finditer(text)
    ]
    return statements[::-1]
