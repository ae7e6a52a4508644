"""Taking back imported deals, with their versions, and imported deal history."""

import json
from typing import Any

from imports.engine import snapshots
from imports.engine.comparing import execute, rows_of
from imports.engine.deal_columns import KEPT
from imports.engine.undo_report import (
    UndoReport,
    drop_computed,
    edits,
    lock,
    name_of,
    pointed_at,
    with_current,
)
from imports.models import ImportRow, ImportRun
from org.models.people import Person
from pipeline import history

FOREVER = "TIMESTAMPTZ '9999-12-31 00:00:00+00'"


def undo_deals(run: ImportRun, *, by: Person | None, report: UndoReport) -> None:
    reason = f"Import {run.pk} undone"
    lock("pipeline_deal", run)
    created = rows_of(
        """SELECT p.target, d.version = 1
             FROM imports_importrow p JOIN pipeline_deal d ON d.id = p.target
            WHERE p.run_id = %s AND p.action = 'create'""",
        [run.pk],
    )
    ids = [pk for pk, _ in created]
    edited = {pk for pk, untouched in created if not untouched}
    own = ("pipeline_dealversion", "pipeline_dealline")
    held = pointed_at("pipeline_deal", ids, but=own) | edited
    free = [pk for pk in ids if pk not in held]
    with history.writing(by=by, source="import", reason=reason, rewrite=True):
        drop_computed("pipeline_deal", free)
        execute("DELETE FROM pipeline_dealline WHERE deal_id = ANY(%s)", [free])
        execute("DELETE FROM pipeline_dealversion WHERE deal_id = ANY(%s)", [free])
        report.removed += execute("DELETE FROM pipeline_deal WHERE id = ANY(%s)", [free])
    with history.writing(by=by, source="import", reason=reason):
        archived = dict(
            rows_of(
                """UPDATE pipeline_deal SET archived_at = now()
                    WHERE id = ANY(%s) AND archived_at IS NULL RETURNING id, name""",
                [list(held)],
            )
        )
    for name in archived.values():
        report.shelve(name)
    for pk in sorted(held - archived.keys()):
        report.keep(f"{name_of('pipeline_deal', pk)}: it is in the archive already.")
    _restore_deals(run, by=by, reason=reason, report=report)


def _restore_deals(run: ImportRun, *, by: Person | None, reason: str, report: UndoReport) -> None:
    untouched: list[int] = []
    with history.writing(by=by, source="import", reason=reason, rewrite=True):
        for row, current in with_current(run, "pipeline_deal"):
            if row.action != "change":
                continue
            if current is None:
                report.keep(f"Row {row.row}: its deal is gone since.")
                continue
            changes = dict(row.changes or {})
            before = changes.pop("_before")
            is_untouched = current["version"] == changes.pop("_version")[1]
            _restore_deal(row, changes, before, current, report, is_untouched=is_untouched)
            if is_untouched and row.target:
                untouched.append(row.target)
        _take_back_versions(run, untouched)
    if untouched:
        history.check(untouched)


def _restore_deal(
    row: ImportRow,
    changes: dict[str, Any],
    before: dict[str, Any],
    current: dict[str, Any],
    report: UndoReport,
    *,
    is_untouched: bool,
) -> None:
    lines = changes.pop("lines", None)
    edited = [] if is_untouched else edits(changes, current)
    for name in edited:
        words = name.removesuffix("_id").replace("_", " ")
        report.keep(f"{current['name']}: {words} was edited since, so it stays.")
    back = {name: pair[0] for name, pair in changes.items() if name not in edited}
    if is_untouched:
        back |= {name: before[name] for name in ("closed_on", "credited_to_id", "stage_entered_at")}
    if back:
        sets = ", ".join(f'"{name}" = x."{name}"' for name in back)
        execute(
            f"""UPDATE pipeline_deal d SET {sets}
                  FROM jsonb_populate_record(NULL::pipeline_deal, %s::jsonb) x WHERE d.id = %s""",
            [json.dumps(back), row.target],
        )
        report.restored += 1
    if lines is not None:
        if is_untouched:
            _restore_lines(row.target or 0, lines[0] or [])
        else:
            report.keep(f"{current['name']}: edited since, so its product lines stay.")


def _restore_lines(deal: int, lines: list[list[Any]]) -> None:
    execute("DELETE FROM pipeline_dealline WHERE deal_id = %s", [deal])
    for product, quantity, price in lines:
        execute(
            """INSERT INTO pipeline_dealline (deal_id, product_id, quantity, unit_price)
               VALUES (%s, %s, %s, %s)""",
            [deal, product, quantity, price],
        )


def _take_back_versions(run: ImportRun, ids: list[int]) -> None:
    """Let the version before the run's own go on as if it had not been, where nothing differs."""
    tracked = [*KEPT, "probability", "archived"]
    params = {"ids": ids, "run": run.transaction}
    condition = f"""
        FROM pipeline_dealversion own
        JOIN pipeline_dealversion former
          ON former.deal_id = own.deal_id AND former.valid_to = own.valid_from
        JOIN pipeline_dealversion last ON last.deal_id = own.deal_id AND last.valid_to = {FOREVER}
       WHERE own.deal_id = ANY(%(ids)s) AND own.transaction = %(run)s
         AND last.transaction IN (own.transaction, pg_current_xact_id()::text::bigint)
         AND ({", ".join(f"former.{name}" for name in tracked)})
             IS NOT DISTINCT FROM ({", ".join(f"last.{name}" for name in tracked)})"""
    pairs = rows_of(f"SELECT former.id, former.deal_id, former.valid_to {condition}", params)
    execute(
        """DELETE FROM pipeline_dealversion v
            USING unnest(%s::bigint[], %s::timestamptz[]) AS x(deal, since)
            WHERE v.deal_id = x.deal AND v.valid_from >= x.since""",
        [[deal for _, deal, _ in pairs], [since for _, _, since in pairs]],
    )
    execute(
        f"UPDATE pipeline_dealversion SET valid_to = {FOREVER} WHERE id = ANY(%s)",
        [[pk for pk, _, _ in pairs]],
    )


def undo_history(run: ImportRun, *, by: Person | None, report: UndoReport) -> None:
    lock("pipeline_deal", run)
    kept = list(run.kept.filter(table="versions"))
    now = snapshots.as_json([row.target for row in kept])
    restored = []
    with history.writing(by=by, source="import", reason=f"Import {run.pk} undone", rewrite=True):
        for row in kept:
            current = now.get(row.target)
            if current is None:
                report.keep(f"Deal {row.target} is gone since.")
            elif current != row.after:
                report.keep(
                    f"{name_of('pipeline_deal', row.target)}: changed since, so its history stays."
                )
            else:
                snapshots.restore(row.target, row.before)
                restored.append(row.target)
    if restored:
        history.check(restored)
    report.restored += len(restored)
