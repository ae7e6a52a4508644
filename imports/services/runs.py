"""Imports: each step of a run. Decisions are made here, work is done by whoever holds the run.

A run waits in a state that names the work (reading, planning, running, undoing). Each piece of
work is one transaction that locks the run's row and ends by moving it on: a duplicate message,
a second worker or a kill in the middle therefore has one effect or none.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from kombu.exceptions import OperationalError as QueueError

from imports.engine import comparing, filing, planning, questions
from imports.engine.kinds import KINDS
from imports.engine.layout import Detected, Layout, with_header_found
from imports.engine.options import Answer, Options, Profile
from imports.engine.references import norm, stage_kind
from imports.enums import ImportState
from imports.models import ImportAnswer, ImportMapping, ImportRun
from org import access, audit, rules
from org.models.people import Person
from pipeline.stages.models import Stage

logger = logging.getLogger(__name__)


WORK_TASK = "imports.tasks.work_on_import"


WORKING = (
    ImportState.READING,
    ImportState.PLANNING,
    ImportState.RUNNING,
    ImportState.UNDOING,
)
# A run that waits longer than this with nobody at work on it is handed out again.
STALE = timedelta(seconds=60)


class FileTooLargeError(ValidationError):
    """The file is larger than this installation takes."""


def require_admin(by: Person | None) -> None:
    if by is not None and not rules.can_administer(by):
        raise PermissionDenied("Only an admin imports.")


# Decisions


@transaction.atomic
def upload(
    *,
    by: Person | None,
    kind: str,
    name: str,
    pieces: Iterable[bytes],
    as_of: date,
    submission: UUID | None = None,
    is_queued: bool = True,
) -> ImportRun:
    """Keep a file for import and have it read. The same ``submission`` twice is one run.

    One that is not ``is_queued`` is worked on by the caller, not by a worker.
    """
    require_admin(by)
    if kind not in KINDS:
        raise ValidationError({"kind": f"“{kind}” cannot be imported."})
    if submission and (known := ImportRun.objects.filter(submission=submission).first()):
        return known
    run = ImportRun.objects.create(
        kind=kind,
        file_name=name[:255],
        file_size=0,
        submission=submission,
        is_queued=is_queued,
        created_by=by,
        options={"as_of": as_of.isoformat()},
    )
    filing.keep(run, _capped(pieces))
    audit.record(by, "import.upload", run, changes={"kind": (None, kind)})
    _hand_out(run)
    return run


def _capped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > settings.IMPORT_MAX_MEGABYTES * 1_000_000:
            most = f"{settings.IMPORT_MAX_MEGABYTES:,} MB"
            raise FileTooLargeError(
                {"file": f"The file is larger than {most}. Split it, or save it as CSV."}
            )
        yield piece


@transaction.atomic
def read_again(run: ImportRun, *, by: Person | None, layout: Layout) -> ImportRun:
    """Have the file read in another encoding, with another delimiter, sheet or header row."""
    require_admin(by)
    subject = _locked(run, ImportState.MAPPING, ImportState.PLANNED)
    before = subject.options.get("layout")
    subject.options = {**subject.options, "layout": layout.to_json(), "encoding_told": True}
    move(subject, ImportState.READING)
    audit.record(by, "import.read_again", subject, changes={"layout": (before, layout.to_json())})
    _hand_out(subject)
    return subject


@transaction.atomic
def decide(run: ImportRun, *, by: Person | None, options: Options) -> ImportRun:
    """Take the decisions and have the import planned. Raises ValidationError for what is open."""
    require_admin(by)
    subject = _locked(run, ImportState.MAPPING, ImportState.PLANNED)
    _check(subject, options)
    subject.options = options.to_json()
    found = Profile.from_json(subject.profile)
    labels = [column.label for column in found.columns]
    fields = {labels[place]: name for place, name in options.mapping.items()}
    ImportMapping.objects.update_or_create(
        kind=subject.kind,
        signature=found.signature,
        defaults={"fields": fields, "chosen_by": by},
    )
    move(subject, ImportState.PLANNING)
    audit.record(by, "import.decide", subject, changes={"fields": (None, fields)})
    _hand_out(subject)
    return subject


def _check(run: ImportRun, options: Options) -> None:
    found = Profile.from_json(run.profile)
    kind = KINDS[run.kind]
    for place, name in options.mapping.items():
        if place >= len(found.columns) or not kind.has(name):
            raise ValidationError(f"There is no column {place + 1} or no field “{name}”.")
    if asked := questions.open_questions(run.kind, options, found):
        raise ValidationError([question.text for question in asked])
    if options.as_of > access.today():
        raise ValidationError({"as_of": "The data cannot be of a day to come."})
    if options.open_stage and not _is_open_stage(options.open_stage):
        raise ValidationError({"open_stage": f"There is no open stage “{options.open_stage}”."})


def _is_open_stage(name: str) -> bool:
    """Whether the name is that of an open stage here, or could be one that the import makes."""
    stage = Stage.objects.live().of_default().filter(name__iexact=name).first()
    return stage.kind == "open" if stage else stage_kind(name) == "open"


@transaction.atomic
def answer(
    run: ImportRun,
    *,
    by: Person | None,
    answers: dict[str, Answer],
    create: Iterable[str] = (),
) -> ImportRun:
    """Say what texts of the file stand for ("product:GTXPro"), and have the plan made anew.

    Answers that name a row, or nothing, are remembered for later files.
    """
    require_admin(by)
    subject = _locked(run, ImportState.PLANNED)
    options = Options.from_json(subject.options)
    normed = {}
    for text, given in answers.items():
        about, _, name = text.partition(":")
        normed[f"{about}:{norm(name)}"] = given
        if not given.create:
            ImportAnswer.objects.update_or_create(
                subject=about,
                text=norm(name)[:300],
                defaults={"target": given.target, "answered_by": by},
            )
    subject.options = replace(
        options,
        answers=options.answers | normed,
        create=sorted({*options.create, *create}),
    ).to_json()
    move(subject, ImportState.PLANNING)
    told = {text: (None, asdict(given)) for text, given in normed.items()}
    audit.record(by, "import.answer", subject, changes=told)
    _hand_out(subject)
    return subject


@transaction.atomic
def start(run: ImportRun, *, by: Person | None, skip_refused: bool) -> ImportRun:
    """Have the planned import run. Refused rows stop it unless they are to be skipped."""
    require_admin(by)
    subject = _locked(run, ImportState.PLANNED, ImportState.RUNNING, ImportState.DONE)
    if subject.state != ImportState.PLANNED:
        return subject  # A second click.
    counts = comparing.Counts(**subject.plan["counts"])
    if counts.refuse and not skip_refused:
        rows = "1 row is" if counts.refuse == 1 else f"{counts.refuse:,} rows are"
        raise ValidationError(
            f"{rows} refused. Correct the file, or choose to import without them."
        )
    if not counts.create and not counts.change:
        raise ValidationError("There is nothing to import: no row is new or different.")
    subject.options = {**subject.options, "skip_refused": skip_refused}
    subject.started_by = by
    subject.save(update_fields=["options", "started_by"])
    move(subject, ImportState.RUNNING)
    audit.record(by, "import.start", subject, changes={"skip_refused": (None, skip_refused)})
    _hand_out(subject)
    return subject


@transaction.atomic
def request_undo(run: ImportRun, *, by: Person | None) -> ImportRun:
    """Have a finished import taken back."""
    require_admin(by)
    subject = _locked(run, ImportState.DONE, ImportState.UNDOING, ImportState.UNDONE)
    if subject.state != ImportState.DONE:
        return subject  # A second click.
    subject.undone_by = by
    subject.save(update_fields=["undone_by"])
    move(subject, ImportState.UNDOING)
    audit.record(by, "import.request_undo", subject)
    _hand_out(subject)
    return subject


@transaction.atomic
def discard(run: ImportRun, *, by: Person | None) -> ImportRun:
    """Give up an import that has not run; its file is deleted."""
    require_admin(by)
    subject = _locked(
        run, ImportState.MAPPING, ImportState.PLANNED, ImportState.FAILED, ImportState.DISCARDED
    )
    if subject.state != ImportState.DISCARDED:
        planning.clear(subject)
        subject.chunks.all().delete()
        move(subject, ImportState.DISCARDED)
        audit.record(by, "import.discard", subject)
    return subject


def _locked(run: ImportRun, *states: ImportState) -> ImportRun:
    """Return the run read afresh under lock; refuse it where it has moved on meanwhile."""
    subject: ImportRun = ImportRun.objects.select_for_update(no_key=True).get(pk=run.pk)
    if subject.state not in states:
        raise ValidationError("The import has moved on meanwhile. Look at where it stands now.")
    return subject


def move(run: ImportRun, state: ImportState) -> None:
    run.state, run.moved_at, run.failure, run.attempts = str(state), _now(), "", 0
    run.save()


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (moment,) = cursor.fetchone()
    return moment


def _hand_out(run: ImportRun) -> None:
    """Ask a worker to go on, once this is committed; a lost message is sent again by beat."""
    pk = run.pk
    if run.is_queued:
        transaction.on_commit(lambda: _send(pk))


def _send(run_id: int) -> None:
    try:
        current_app.send_task(WORK_TASK, args=[run_id])
    except QueueError:
        logger.warning("the queue is away: import %s waits until it is back", run_id)


def header_found(run: ImportRun, layout: Layout) -> Layout:
    """Return the layout with the header row found anew, for another sheet or delimiter."""
    with filing.as_file(run) as path:
        return with_header_found(path, Detected(layout)).layout


def hand_out_stale(*, now: datetime) -> list[int]:
    """Send again the runs that wait though nobody is at work on them; return their ids."""
    with transaction.atomic():
        waiting = ImportRun.objects.select_for_update(skip_locked=True, no_key=True).filter(
            state__in=[str(state) for state in WORKING], moved_at__lt=now - STALE, is_queued=True
        )
        ids = [run.pk for run in waiting]
    for pk in ids:
        _send(pk)
    return ids
