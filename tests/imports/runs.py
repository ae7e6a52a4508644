"""Bringing small files through an import, step by step, as the pages and the command do."""

import csv
import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime

from imports.engine.options import Answer, Options
from imports.enums import ImportState
from imports.models import ImportRun
from imports.services import runs as imports
from imports.services import work as import_work
from org.models.people import Person

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TODAY = NOW.date()


def table(text: str) -> str:
    """Return CSV of a table written with bars between its cells."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue()


def uploaded(
    kind: str, content: str | bytes, *, by: Person | None = None, name: str = "file.csv"
) -> ImportRun:
    pieces = [content.encode() if isinstance(content, str) else content]
    run = imports.upload(by=by, kind=kind, name=name, pieces=pieces, as_of=TODAY, is_queued=False)
    return worked(run)


def worked(run: ImportRun, *, now: datetime = NOW) -> ImportRun:
    """Do the piece of work that the run waits for, and read it back."""
    import_work.work_on(run.pk, now=now)
    run.refresh_from_db()
    return run


def decided(run: ImportRun, *, now: datetime = NOW, **changes: object) -> ImportRun:
    """Take the decisions as suggested but for ``changes``, and plan."""
    assert run.state == ImportState.MAPPING, run.failure
    options = replace(Options.from_json(run.options), **changes)
    imports.decide(run, by=run.created_by, options=options)
    return worked(run, now=now)


def planned(
    kind: str,
    content: str | bytes,
    *,
    by: Person | None = None,
    answers: dict[str, Answer] | None = None,
    create: Iterable[str] = (),
    now: datetime = NOW,
    name: str = "file.csv",
    **changes: object,
) -> ImportRun:
    run = decided(
        uploaded(kind, content, by=by, name=name), now=now, create=list(create), **changes
    )
    if answers:
        imports.answer(run, by=by, answers=answers)
        worked(run, now=now)
    return run


def executed(run: ImportRun, *, skip_refused: bool = False, now: datetime = NOW) -> ImportRun:
    imports.start(run, by=run.created_by, skip_refused=skip_refused)
    return worked(run, now=now)


def imported(kind: str, content: str | bytes, *, skip_refused: bool = False, **rest) -> ImportRun:
    run = executed(planned(kind, content, **rest), skip_refused=skip_refused)
    assert run.state == ImportState.DONE, run.failure
    return run


def undone(run: ImportRun, *, now: datetime = NOW) -> ImportRun:
    imports.request_undo(run, by=run.created_by)
    return worked(run, now=now)


def counts(run: ImportRun) -> dict[str, int]:
    """Return the plan's counts that are not zero."""
    return {name: count for name, count in run.plan["counts"].items() if count}


def refusals(run: ImportRun) -> list[tuple[int, str, str]]:
    return list(run.refusals.values_list("row", "column", "reason"))


def day(text: str) -> date:
    return date.fromisoformat(text)
