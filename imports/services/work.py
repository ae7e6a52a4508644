"""The work that an import waits for: reading, planning, running, undoing.

Each piece is one transaction that holds the run's row and ends by moving the run on: a duplicate
message, a second worker or a kill in the middle has one effect or none.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import date, datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from imports.engine import comparing, filing, planning, questions, undoing, writers, years
from imports.engine.deal_plan import list_prices, usual_open_stage, was_open_before
from imports.engine.layout import Detected, Layout, detect
from imports.engine.options import Options, Profile
from imports.engine.profiling import profile
from imports.engine.rows import RowReader
from imports.engine.workbooks import UnreadableFileError
from imports.enums import ImportKind, ImportState, ImportSubject
from imports.models import ImportMapping, ImportRun, ImportStagedRow
from imports.services.creations import make
from imports.services.runs import WORKING, move, require_admin
from kit.collecting import heap_set_aside
from org import audit
from org.access import local_day
from org.models.people import Person
from org.services.calendar import organisation
from pipeline.enums import Status
from pipeline.stages.models import Stage

LARGEST_SHEET_CELLS = 60_000_000
RUNS_LOCK = 4711020
MOST_ATTEMPTS = 3
# Where closed deals were before where nothing names an open stage.
FIRST_STAGE = "Open"

Progress = Callable[[str, int, int], None]


def silent(phase: str, done: int, total: int) -> None:
    """The progress of work that nobody watches."""


def work_on(run_id: int, *, now: datetime, progress: Progress = silent) -> bool:
    """Do the piece of work the run waits for; False where there is none, or another is at it."""
    steps = {
        ImportState.READING: _read,
        ImportState.PLANNING: _plan,
        ImportState.RUNNING: _run,
        ImportState.UNDOING: _undo,
    }
    if not _begun(run_id):
        return False
    try:
        with heap_set_aside(), _held(run_id) as run:
            if run is None or run.state not in WORKING:
                return False
            steps[ImportState(run.state)](run, now, progress)
    except ValidationError as error:
        stop(run_id, reason=" ".join(error.messages))
    except PermissionDenied as error:
        stop(run_id, reason=str(error))
    return True


@transaction.atomic
def _begun(run_id: int) -> bool:
    """Count another attempt at the run's work, or give the work up; False where none is to be made.

    The count is committed before the work begins, so that it outlives a worker that is killed.
    """
    rows = ImportRun.objects.select_for_update(skip_locked=True, no_key=True)
    run = rows.filter(pk=run_id, state__in=[str(state) for state in WORKING]).first()
    if run is None:
        return False
    if run.attempts < MOST_ATTEMPTS:
        run.attempts += 1
        run.save(update_fields=["attempts"])
        return True
    # What was imported stands, so that its undoing may be asked for again.
    is_undoing = run.state == ImportState.UNDOING
    move(run, ImportState.DONE if is_undoing else ImportState.FAILED)
    run.failure = (
        f"The work on it ended its worker {MOST_ATTEMPTS} times, so it was given up and nothing "
        "was changed. The file may be too large for this server: split it, or give it more memory."
    )
    run.save(update_fields=["failure"])
    return False


@contextmanager
def _held(run_id: int) -> Iterator[ImportRun | None]:
    """Hold the run for one piece of work, in one transaction; None where somebody else does."""
    with transaction.atomic():
        rows = ImportRun.objects.select_for_update(skip_locked=True, no_key=True)
        yield rows.filter(pk=run_id).first()


def stop(run_id: int, *, reason: str) -> None:
    """Put a run whose work broke back to where a person can go on; nothing of the work is left."""
    before = {
        ImportState.READING: ImportState.FAILED,
        ImportState.PLANNING: ImportState.MAPPING,
        ImportState.RUNNING: ImportState.PLANNED,
        ImportState.UNDOING: ImportState.DONE,
    }
    with _held(run_id) as run:
        if run is not None and run.state in WORKING:
            move(run, before[ImportState(run.state)])
            run.failure = reason[:2000]
            run.save(update_fields=["failure"])


def _read(run: ImportRun, now: datetime, progress: Progress) -> None:
    """Read the file once: what its columns are, and how their cells are written."""
    told = run.options.get("layout")
    try:
        with filing.as_file(run) as path:
            found = detect(path, largest_cells=LARGEST_SHEET_CELLS)
            if told:
                found = _as_told(found, Layout.from_json(told))
            header = RowReader(path, found.layout).header
            read = profile(
                path,
                found,
                kind=run.kind,
                most_rows=settings.IMPORT_MAX_ROWS,
                today=date.fromisoformat(run.options["as_of"]),
                progress=lambda rows: progress("Reading", rows, 0),
            )
    except UnreadableFileError as error:
        move(run, ImportState.MAPPING if run.profile else ImportState.FAILED)
        run.failure = str(error)
        run.save(update_fields=["failure"])
        return
    remembered = _remembered(run.kind, read)
    read.remembered = remembered is not None
    options = questions.first_options(
        run.kind,
        found,
        read,
        header=header,
        remembered=remembered,
        as_of=date.fromisoformat(run.options["as_of"]),
        currency=organisation().currency,
    )
    options.encoding_told = options.encoding_told or bool(run.options.get("encoding_told"))
    run.options, run.profile = options.to_json(), read.to_json()
    move(run, ImportState.MAPPING)


def _as_told(found: Detected, layout: Layout) -> Detected:
    """Return what was detected with the person's own layout in place of it."""
    return replace(found, layout=layout, notices=[])


def _remembered(kind: str, read: Profile) -> dict[int, str] | None:
    """Return the fields chosen the last time a file had these headers."""
    known = ImportMapping.objects.filter(kind=kind, signature=read.signature).first()
    if known is None:
        return None
    labels = {column.label: place for place, column in enumerate(read.columns)}
    return {labels[label]: name for label, name in known.fields.items() if label in labels}


def _plan(run: ImportRun, now: datetime, progress: Progress) -> None:
    """Read every row and find what would become of it."""
    options = Options.from_json(run.options)
    found = Profile.from_json(run.profile)
    planning.clear(run)
    with filing.as_file(run) as path:
        reading = planning.read(
            run,
            path,
            options,
            now=now,
            progress=lambda rows: progress("Checking rows", rows, found.rows),
        )
    progress("Comparing with what is here", found.rows, found.rows)
    run.plan = {"open_stage": _open_stage(run, options)}
    writers.compare(run, options, now=now)
    writers.keep_plan(run)
    if run.kind == ImportKind.DEALS:
        reading.notices += list_prices(run, options)
    lacking = years.missing(run, today=local_day(now, time_zone=organisation().time_zone))
    reading.notices += years.said(lacking)
    run.plan |= {
        **reading.to_json(),
        "years": lacking,
        "counts": asdict(comparing.count(run)),
        "decisions": questions.decisions(run.kind, options, found),
        "left_out": questions.left_out(options, found),
    }
    move(run, ImportState.PLANNED)


def _open_stage(run: ImportRun, options: Options) -> int | None:
    """Return the stage that closed deals were in before; minus a number where it is to be made."""
    if run.kind != ImportKind.DEALS:
        return None
    if options.open_stage:
        stages = Stage.objects.live().of_default()
        stage = stages.filter(name__iexact=options.open_stage).first()
        if stage:
            return stage.pk
        made = run.creations.filter(subject="stage", name__iexact=options.open_stage).first()
        if made:
            return -made.number
        raise ValidationError(f"There is no open stage “{options.open_stage}”.")
    found = usual_open_stage(run)
    if found is None and was_open_before(run):
        # Without any, the time from a deal's creation to its closing would be lost.
        made = run.creations.create(
            number=run.creations.count() + 1,
            subject=ImportSubject.STAGE,
            name=FIRST_STAGE,
            detail={"kind": str(Status.OPEN)},
        )
        return -made.number
    return found


def _run(run: ImportRun, now: datetime, progress: Progress) -> None:
    """Do what the plan says, if it still holds; otherwise show the new plan and do nothing."""
    by = Person.objects.filter(pk=run.started_by_id).first()
    require_admin(by)
    options = Options.from_json(run.options)
    with connection.cursor() as cursor:
        # One import at a time: two could make the same account.
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RUNS_LOCK])
    progress("Checking that nothing has changed", 0, 0)
    if not _still_holds(run, options, now):
        _plan(run, now, progress)
        run.failure = (
            "What is here has changed since the preview, so nothing was imported. "
            "This is the preview as it would be now."
        )
        run.save(update_fields=["failure"])
        return
    progress("Writing", 0, 0)
    try:
        with transaction.atomic():
            make(run, by=by, currency=options.currency)
            years.add(run.plan.get("years", []), by=by)
            writers.apply(run, options, by=by, now=now)
    except IntegrityError as error:
        raise ValidationError(
            f"The database refused the import, so nothing was changed: {error}"
        ) from error
    run.outcome = {"counts": run.plan["counts"], "creations": run.creations.count()}
    run.finished_at = now
    run.transaction = _transaction()
    comparing.forget_unchanged(run)
    ImportStagedRow.objects.filter(run=run).delete()
    if not run.plan["counts"]["refuse"]:
        run.chunks.all().delete()
    move(run, ImportState.DONE)
    audit.record(
        by,
        "import.run",
        run,
        changes={name: (None, count) for name, count in run.plan["counts"].items()},
    )


def _still_holds(run: ImportRun, options: Options, now: datetime) -> bool:
    """Whether a comparison made now, with the rows locked, finds the same as the preview."""
    writers.lock(run)
    staged = ImportStagedRow.objects.filter(run=run).count()
    counts = run.plan["counts"]
    if staged == 0 and counts["create"] + counts["change"] > 0:
        return False  # The staging table was emptied by a crash of the database.
    writers.compare(run, options, now=now)
    return comparing.still_holds(run)


def _transaction() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text::bigint")
        (found,) = cursor.fetchone()
    return int(found)


def _undo(run: ImportRun, now: datetime, progress: Progress) -> None:
    """Take the run back and say what had to stay."""
    by = Person.objects.filter(pk=run.undone_by_id).first()
    require_admin(by)
    progress("Undoing", 0, 0)
    report = undoing.undo(run, by=by, now=now)
    run.undo_report = report.to_json()
    run.undone_at = now
    run.chunks.all().delete()
    move(run, ImportState.UNDONE)
    audit.record(
        by,
        "import.undo",
        run,
        changes={
            "removed": (None, report.removed),
            "archived": (None, report.archived),
            "restored": (None, report.restored),
            "kept": (None, report.kept_count),
        },
    )
