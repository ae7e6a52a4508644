"""Staged rows against what is here: create, change, leave, refuse. The same at preview and run."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from imports.engine.staging import copy_rows
from imports.enums import RowAction
from imports.models import ImportCreation, ImportRow, ImportRun

# The columns of what a comparison finds: target is the row here, changes what would differ.
FOUND = "row integer, action text, target bigint, changes jsonb, reason text"


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What becomes of one staged row, where that is decided in Python."""

    row: int
    action: RowAction
    target: int | None = None
    changes: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a file are created, changed, left as they are, part of others, refused."""

    create: int
    change: int
    leave: int
    part: int
    refuse: int

    @property
    def rows(self) -> int:
        return self.create + self.change + self.leave + self.part + self.refuse


def execute(sql: str, params: Sequence[Any] | dict[str, Any] | None = None) -> int:
    """Run a statement and return the rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def rows_of(
    sql: str, params: Sequence[Any] | dict[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def begin_found() -> None:
    """Make the table that a comparison fills, for this transaction alone."""
    execute("DROP TABLE IF EXISTS pg_temp.import_found")
    execute(f"CREATE TEMP TABLE import_found ({FOUND}) ON COMMIT DROP")


def begin_turns(run: ImportRun) -> None:
    """Make the table of staged rows by identity: whose turn it is among those of the same key."""
    execute("DROP TABLE IF EXISTS pg_temp.import_turn")
    execute(
        """CREATE TEMP TABLE import_turn ON COMMIT DROP AS
           SELECT row, key, row_number() OVER same AS turn, first_value(row) OVER same AS first_row
             FROM imports_importstagedrow WHERE run_id = %s
           WINDOW same AS (PARTITION BY key ORDER BY row)""",
        [run.pk],
    )
    # Without statistics the database joins such tables row by row.
    execute("ANALYZE import_turn")


def begin_match(match: str, params: dict[str, Any]) -> None:
    """Make the table of what each first row could be here: (row, target, many)."""
    execute("DROP TABLE IF EXISTS pg_temp.import_match")
    execute(
        f"""CREATE TEMP TABLE import_match ON COMMIT DROP AS
            WITH first AS MATERIALIZED (
                SELECT s.row, s.key, s.data FROM import_turn t
                  JOIN imports_importstagedrow s ON s.run_id = %(run)s AND s.row = t.row
                 WHERE t.turn = 1)
            {match}""",
        params,
    )
    execute("ANALYZE import_match")


def fill_found_from(found: Iterable[RowOutcome]) -> None:
    """Fill the comparison's table from Python."""
    copy_rows(
        "import_found",
        ("row", "action", "target", "changes", "reason"),
        ((f.row, str(f.action), f.target, f.changes, f.reason) for f in found),
    )


def keep_found(run: ImportRun, table: str | None) -> None:
    """Store what the comparison found as the plan; new rows get their ids of ``table``."""
    fresh = f"nextval(pg_get_serial_sequence('{table}', 'id'))" if table else "NULL"
    execute(
        f"""INSERT INTO imports_importrow (run_id, row, action, target, changes)
            SELECT %s, row, action, CASE WHEN action = 'create' THEN {fresh} ELSE target END,
                   changes
              FROM import_found""",
        [run.pk],
    )
    execute(
        """INSERT INTO imports_importrefusal (run_id, row, "column", text, reason)
           SELECT f.*  FROM (
               SELECT %s::bigint, found.row, '', left(coalesce(staged.data ->> 'full_name',
                      staged.data ->> 'name', staged.data ->> 'external_id', ''), 300), reason
                 FROM import_found found
                 JOIN imports_importstagedrow staged
                   ON staged.run_id = %s AND staged.row = found.row
                WHERE action = 'refuse') f""",
        [run.pk, run.pk],
    )


def still_holds(run: ImportRun) -> bool:
    """Whether a fresh comparison, in its table, equals the stored plan row by row."""
    columns = "row, action, CASE WHEN action <> 'create' THEN target END, changes"
    fresh = f"SELECT {columns} FROM import_found"
    stored = f"""SELECT {columns}
                  FROM imports_importrow WHERE run_id = %s"""
    [(differ,)] = rows_of(
        f"""SELECT EXISTS (({fresh} EXCEPT {stored}) UNION ALL ({stored} EXCEPT {fresh}))""",
        [run.pk, run.pk],
    )
    return not differ


def count(run: ImportRun) -> Counts:
    """Count the plan's rows; a row refused for several reasons counts once."""
    actions = dict(
        rows_of(
            "SELECT action, count(*) FROM imports_importrow WHERE run_id = %s GROUP BY action",
            [run.pk],
        )
    )
    [(refused,)] = rows_of(
        "SELECT count(DISTINCT row) FROM imports_importrefusal WHERE run_id = %s", [run.pk]
    )
    return Counts(
        create=actions.get(RowAction.CREATE, 0),
        change=actions.get(RowAction.CHANGE, 0),
        leave=actions.get(RowAction.LEAVE, 0),
        part=actions.get(RowAction.PART, 0),
        refuse=refused,
    )


def put_in_created_ids(run: ImportRun, keys: dict[str, str]) -> None:
    """Replace minus-numbers in the staged values, and in the changes, by the ids made for them.

    ``keys`` gives the subject of each value that may name something made on the way.
    """
    if not ImportCreation.objects.filter(run=run).exists():
        return
    for key, subject in keys.items():
        condition = "c.run_id = %(run)s AND c.subject = %(subject)s"
        params = {"run": run.pk, "subject": subject}
        execute(
            f"""UPDATE imports_importstagedrow s
                   SET data = jsonb_set(s.data, '{{{key}}}', to_jsonb(c.target))
                  FROM imports_importcreation c
                 WHERE {condition} AND s.run_id = %(run)s
                   AND (s.data #>> '{{{key}}}')::bigint = -c.number""",
            params,
        )
        top = key.split(",")[0]
        execute(
            f"""UPDATE imports_importrow r
                   SET changes = jsonb_set(r.changes, '{{{top},1}}', to_jsonb(c.target))
                  FROM imports_importcreation c
                 WHERE {condition} AND r.run_id = %(run)s AND r.changes ? '{top}'
                   AND jsonb_typeof(r.changes #> '{{{top},1}}') = 'number'
                   AND (r.changes #>> '{{{top},1}}')::numeric = -c.number""",
            params,
        )


def forget_unused_creations(run: ImportRun, keys: Iterable[str], used: Iterable[int] = ()) -> None:
    """Drop what would be made on the way for rows that are refused after all.

    ``keys`` are the values of staged rows that may name something made on the way by minus its
    number, ``used`` further such numbers that the plan speaks of.
    """
    if not ImportCreation.objects.filter(run=run).exists():
        return
    wanted = {number for number in used if number < 0}
    for key in keys:
        wanted |= {
            number
            for (number,) in rows_of(
                f"""SELECT DISTINCT x::bigint FROM imports_importrow p
                      JOIN imports_importstagedrow s ON s.run_id = p.run_id AND s.row = p.row,
                           jsonb_path_query(s.data, '$.{key}') AS e(v),
                           LATERAL (SELECT e.v #>> '{{}}' AS x) t
                     WHERE p.run_id = %s AND p.action IN ('create', 'change', 'part')
                       AND jsonb_typeof(e.v) = 'number' AND x::numeric < 0""",
                [run.pk],
            )
        }
    creations = {creation.number: creation for creation in ImportCreation.objects.filter(run=run)}
    waiting = list(wanted)
    while waiting:
        above = creations[-waiting.pop()].detail.get("parent") or 0
        if above < 0 and above not in wanted:
            wanted.add(above)
            waiting.append(above)
    ImportCreation.objects.filter(run=run).exclude(number__in=[-n for n in wanted]).delete()


def forget_unchanged(run: ImportRun) -> None:
    """After the run only what was created or changed is kept."""
    ImportRow.objects.filter(run=run, action__in=[RowAction.LEAVE, RowAction.PART]).delete()
