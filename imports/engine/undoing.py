"""Taking an import back: what it made goes, what it changed is as before, unless edited since."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db.models import Model

from imports.engine import quotas, tables
from imports.engine.comparing import execute, rows_of
from imports.engine.undo_report import (
    UndoReport,
    drop_computed,
    edits,
    lock,
    name_of,
    pointed_at,
    with_current,
)
from imports.engine.undoing_deals import undo_deals, undo_history
from imports.engine.undoing_people import OWN_TABLES, undo_people
from imports.enums import ImportKind, ImportSubject
from imports.models import ImportRow, ImportRun
from org.models.people import Person
from org.models.teams import Team
from pipeline.customers.models import Account
from pipeline.products.models import Product
from pipeline.stages.models import Stage

_MADE: dict[str, type[Model]] = {
    ImportSubject.STAGE: Stage,
    ImportSubject.TEAM: Team,
    ImportSubject.PERSON: Person,
    ImportSubject.ACCOUNT: Account,
    ImportSubject.PRODUCT: Product,
}


def undo(run: ImportRun, *, by: Person | None, now: datetime) -> UndoReport:
    """Take back what the run did, in the caller's transaction."""
    report = UndoReport()
    match run.kind:
        case ImportKind.DEALS:
            undo_deals(run, by=by, report=report)
        case ImportKind.PEOPLE:
            undo_people(run, by=by, report=report)
        case ImportKind.QUOTAS:
            kept = quotas.undo(run, by=by, now=now)
            report.restored = run.rows.count() - len(kept)
            for what in kept:
                report.keep(what)
        case ImportKind.HISTORY:
            undo_history(run, by=by, report=report)
        case _:
            _undo_table(run, tables.TARGETS[run.kind], report)
    _undo_made(run, report)
    return report


def _undo_table(run: ImportRun, target: tables.Target, report: UndoReport) -> None:
    lock(target.table, run)
    for row, now in with_current(run, target.table):
        if now is None:
            report.keep(f"Row {row.row}: what it made or changed is gone since.")
        elif row.action == "change":
            _set_back(target.table, row, now, report, target.columns)
    created = {
        row.target or 0: bool(edits(row.changes or {}, now))
        for row, now in with_current(run, target.table)
        if row.action == "create" and now is not None
    }
    ids = sorted(created)
    edited = {pk for pk, is_edited in created.items() if is_edited}
    # Accounts may lie below one another: children go first, and own children do not hold.
    held = pointed_at(target.table, ids, but=[target.table]) | edited
    if target.table == "pipeline_account":
        held |= _parents_kept(ids, held)
    _remove(target.table, ids, held, report, run)


def _parents_kept(ids: list[int], held: set[int]) -> set[int]:
    """Return the accounts above others that stay."""
    kept: set[int] = set()
    while True:
        above = {
            parent
            for (parent,) in rows_of(
                """SELECT DISTINCT parent_id FROM pipeline_account
                    WHERE parent_id = ANY(%s) AND (id <> ALL(%s) OR id = ANY(%s))""",
                [ids, ids, list(held | kept)],
            )
        }
        if above <= kept:
            return kept
        kept |= above


def _remove(table: str, ids: list[int], held: set[int], report: UndoReport, run: ImportRun) -> None:
    """Delete the rows that nothing holds; put the others into the archive."""
    free = [pk for pk in ids if pk not in held]
    if table == "pipeline_account":
        execute("UPDATE pipeline_account SET parent_id = NULL WHERE id = ANY(%s)", [free])
    drop_computed(table, free)
    report.removed += execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [free])
    archived = {
        pk
        for (pk,) in rows_of(
            f"""UPDATE {table} SET archived_at = now() WHERE id = ANY(%s) AND archived_at IS NULL
                RETURNING id""",
            [list(held)],
        )
    }
    for pk in sorted(held):
        if pk in archived:
            report.shelve(name_of(table, pk))
        else:
            report.keep(f"{name_of(table, pk)}: it is in the archive already.")


def _set_back(
    table: str,
    row: ImportRow,
    current: dict[str, Any],
    report: UndoReport,
    columns: dict[str, str],
) -> None:
    """Set the changed columns of one row back, but for those edited since."""
    changes = {name: pair for name, pair in (row.changes or {}).items() if name in columns}
    edited = edits(changes, current)
    for name in edited:
        words = name.removesuffix("_id").replace("_", " ")
        report.keep(f"{name_of(table, row.target or 0)}: {words} was edited since, so it stays.")
    back = {name: pair[0] for name, pair in changes.items() if name not in edited}
    if back:
        sets = ", ".join(f"{name} = %s::{columns[name]}" for name in back)
        execute(
            f"UPDATE {table} SET {sets} WHERE id = %s",
            [*(None if value is None else str(value) for value in back.values()), row.target],
        )
        report.restored += 1


def _undo_made(run: ImportRun, report: UndoReport) -> None:
    """Delete what was made on the way and is not used by anything else; say what stays."""
    waiting: dict[str, list[int]] = defaultdict(list)
    for creation in run.creations.filter(target__isnull=False):
        waiting[creation.subject].append(creation.target or 0)
    order = (
        ImportSubject.STAGE,
        ImportSubject.PRODUCT,
        ImportSubject.ACCOUNT,
        ImportSubject.PERSON,
        ImportSubject.TEAM,
    )
    for subject in order:
        _remove_made(_MADE[subject], waiting[subject], report)


def _remove_made(model: type[Model], ids: list[int], report: UndoReport) -> None:
    table = model._meta.db_table  # noqa: SLF001 -- Django's public name
    own = OWN_TABLES if model is Person else ()
    left = list(ids)
    removed: list[int] = []
    # What lies in one another goes from the inside out.
    while free := sorted(set(left) - pointed_at(table, left, but=own)):
        if model is Person:
            execute("DELETE FROM org_rolegrant WHERE person_id = ANY(%s)", [free])
            execute("DELETE FROM org_reportingclosure WHERE descendant_id = ANY(%s)", [free])
        drop_computed(table, free)
        report.removed += execute(f"DELETE FROM {table} WHERE id = ANY(%s)", [free])
        removed += free
        left = [pk for pk in left if pk not in free]
    for thing in model._default_manager.filter(pk__in=left):  # noqa: SLF001 -- Django's name for it
        report.keep(f"{thing} ({model._meta.verbose_name}): used elsewhere, so it stays.")  # noqa: SLF001
