"""What undoing finds and says: rows that hold others, values edited since, what stays and why."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from imports.engine.comparing import execute, rows_of
from imports.models import ImportRow, ImportRun

MOST_SAID = 200


@dataclass(slots=True)
class UndoReport:
    """What undoing did: rows removed, put in the archive, set back; and what it left, with why."""

    removed: int = 0
    archived: int = 0
    restored: int = 0
    kept: list[str] = field(default_factory=list)
    kept_count: int = 0
    shelved: list[str] = field(default_factory=list)

    def shelve(self, what: str) -> None:
        """Note what went into the archive, since it was used or edited meanwhile."""
        self.archived += 1
        if len(self.shelved) < MOST_SAID:
            self.shelved.append(what)

    def keep(self, what: str) -> None:
        self.kept_count += 1
        if len(self.kept) < MOST_SAID:
            self.kept.append(what)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def references(table: str, *, but: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Return (table, column) of every foreign key that points at the table's id."""
    left_out = set(but)
    return [
        (source, column)
        for source, column in rows_of(
            """SELECT c.conrelid::regclass::text, a.attname
                 FROM pg_constraint c
                 JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                WHERE c.contype = 'f' AND c.confrelid = %s::regclass
                  AND array_length(c.conkey, 1) = 1""",
            [table],
        )
        if source not in left_out
    ]


def of_runs(table: str) -> list[tuple[str, str]]:
    """Return those references that lie in what the nightly runs compute: nobody wrote that."""
    computed = {source for source, _ in references("analytics_recomputerun")}
    return [pair for pair in references(table) if pair[0] in computed]


def drop_computed(table: str, ids: list[int]) -> None:
    """Delete what the nightly runs computed of rows that are about to go."""
    for source, column in of_runs(table):
        execute(f'DELETE FROM {source} WHERE "{column}" = ANY(%s)', [ids])


def pointed_at(table: str, ids: list[int], *, but: Iterable[str] = ()) -> set[int]:
    """Return those of the rows that some other row points at, not counting what runs computed."""
    found: set[int] = set()
    computed = {source for source, _ in of_runs(table)}
    for source, column in references(table, but=[*but, *computed]):
        found |= {
            pk
            for (pk,) in rows_of(
                f'SELECT DISTINCT "{column}" FROM {source} WHERE "{column}" = ANY(%s)', [ids]
            )
        }
    return found


def name_of(table: str, pk: int) -> str:
    column = {"pipeline_contact": "full_name", "pipeline_activity": "subject"}.get(table, "name")
    [(name,)] = rows_of(f"SELECT {column} FROM {table} WHERE id = %s", [pk])
    return str(name)


def lock(table: str, run: ImportRun) -> None:
    execute(
        f"""SELECT id FROM {table} WHERE id IN (
                SELECT target FROM imports_importrow WHERE run_id = %s) ORDER BY id FOR UPDATE""",
        [run.pk],
    )


def with_current(run: ImportRun, table: str) -> list[tuple[ImportRow, dict[str, Any] | None]]:
    """Return the run's rows, each with the values its row here has now, None where it is gone."""
    current = {
        pk: json.loads(text)
        for pk, text in rows_of(
            f"""SELECT t.id, to_jsonb(t)::text FROM {table} t WHERE t.id IN (
                    SELECT target FROM imports_importrow WHERE run_id = %s)""",
            [run.pk],
        )
    }
    return [(row, current.get(row.target or 0)) for row in run.rows.order_by("row")]


def edits(changes: dict[str, Any], current: dict[str, Any]) -> list[str]:
    """Return the columns whose value is no longer the one that the run wrote."""
    return [
        name
        for name, (_, after) in changes.items()
        if name in current and not _same(current[name], after)
    ]


def _same(one: Any, other: Any) -> bool:
    if (isinstance(one, int | float) and isinstance(other, str)) or (
        isinstance(other, int | float) and isinstance(one, str)
    ):
        try:
            return float(one) == float(other)
        except ValueError:
            return False
    if isinstance(one, str) and isinstance(other, str) and "T" in one and one != other:
        try:
            return datetime.fromisoformat(one) == datetime.fromisoformat(other)
        except ValueError:
            return False
    return bool(one == other)
