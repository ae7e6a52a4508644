"""Imports by the command line: the same steps as in the browser, one after the other, at once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError

from imports.engine.deal_plan import open_stage_name
from imports.engine.headers import field_of, squashed
from imports.engine.kinds import CREATABLE, KINDS
from imports.engine.layout import DELIMITERS, ENCODINGS, Layout
from imports.engine.likely import likely_same
from imports.engine.options import Answer, Format, Options, Profile
from imports.engine.references import choices_of, lookup, norm, stage_kind
from imports.engine.refused import refused_lines
from imports.enums import ImportState, ImportSubject
from imports.models import ImportRun
from imports.services import runs as imports
from imports.services import work as import_work
from org import access
from pipeline.enums import Status

Say = Callable[[str], None]
Clock = Callable[[], datetime]
MOST_SHOWN = 20


class ImportStoppedError(Exception):
    """The import cannot go on; the message says why and what to do."""


@dataclass(slots=True)
class Wishes:
    """What the command line says. ``values`` are "text=name", "text=+", "text=+won", "text=-"."""

    mapping: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    formats: list[str] = field(default_factory=list)
    create: list[str] = field(default_factory=list)
    as_of: date | None = None
    since: date | None = None
    currency: str = ""
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    open_stage: str = ""
    list_price: list[str] = field(default_factory=lambda: ["open", "lost"])
    undated: bool = False
    blank_words: bool = False
    skip_refused: bool = False
    dry_run: bool = False
    refused_to: Path | None = None


def import_file(kind: str, path: Path, wishes: Wishes, *, say: Say, clock: Clock) -> ImportRun:
    """Import one file, telling what is done. Where it raises ImportStoppedError nothing changed.

    ``clock`` tells the time at the start of each piece of the work.
    """
    with path.open("rb") as file:
        run = imports.upload(
            by=None,
            kind=kind,
            name=path.name,
            pieces=iter(lambda: file.read(1 << 20), b""),
            as_of=wishes.as_of or access.today(),
            is_queued=False,
        )
    try:
        return _steps(run, wishes, say, clock)
    except ValidationError as error:
        raise ImportStoppedError("\n".join(error.messages)) from error
    finally:
        run.refresh_from_db()
        if run.state in {ImportState.MAPPING, ImportState.PLANNED, ImportState.FAILED}:
            imports.discard(run, by=None)


def _steps(run: ImportRun, wishes: Wishes, say: Say, clock: Clock) -> ImportRun:
    _work(run, clock)
    if wishes.encoding or wishes.delimiter or wishes.sheet or wishes.header_row:
        _read_as_told(run, wishes, clock)
    _require(run, ImportState.MAPPING)
    for notice in run.profile["notices"]:
        say(notice)
    options = _options(run, wishes)
    imports.decide(run, by=None, options=options)
    _work(run, clock)
    if answers := dict(_answers(run, wishes.values)):
        imports.answer(run, by=None, answers=answers)
        _work(run, clock)
    _require(run, ImportState.PLANNED)
    _tell_plan(run, say)
    if wishes.dry_run:
        say("Nothing was imported: this was a dry run.")
        return run
    counts = run.plan["counts"]
    if counts["refuse"]:
        _tell_refusals(run, wishes, say)
    if not counts["create"] and not counts["change"] and not counts["refuse"]:
        say("Nothing to do: every row is here already.")
        return run
    imports.start(run, by=None, skip_refused=wishes.skip_refused)
    _work(run, clock)
    _require(run, ImportState.DONE)
    say(f"Imported as run {run.pk}.")
    return run


def _work(run: ImportRun, clock: Clock) -> None:
    import_work.work_on(run.pk, now=clock())
    run.refresh_from_db()


def _require(run: ImportRun, state: ImportState) -> None:
    if run.failure:
        raise ImportStoppedError(run.failure)
    if run.state != state:
        raise ImportStoppedError(f"The import stopped while {run.state}.")


def _read_as_told(run: ImportRun, wishes: Wishes, clock: Clock) -> None:
    if not run.profile:
        _require(run, ImportState.MAPPING)
    layout = _told_layout(Options.from_json(run.options).layout, wishes)
    if not wishes.header_row and (wishes.delimiter or wishes.sheet):
        layout = imports.header_found(run, layout)
    imports.read_again(run, by=None, layout=layout)
    _work(run, clock)


def _told_layout(layout: Layout, wishes: Wishes) -> Layout:
    told: dict[str, Any] = {}
    if wishes.encoding:
        names = {squashed(name): name for name in ENCODINGS}
        if squashed(wishes.encoding) not in names:
            raise ImportStoppedError(f"Known encodings: {', '.join(ENCODINGS)}.")
        told["encoding"] = names[squashed(wishes.encoding)]
    if wishes.delimiter:
        signs = {name: sign for sign, name in DELIMITERS.items()}
        told["delimiter"] = signs.get(wishes.delimiter, wishes.delimiter)
        if told["delimiter"] not in DELIMITERS:
            raise ImportStoppedError(f"Known delimiters: {', '.join(signs)}.")
    if wishes.sheet:
        told["sheet"] = wishes.sheet
    if wishes.header_row:
        told["header_row"] = wishes.header_row
    return replace(layout, **told)


def _options(run: ImportRun, wishes: Wishes) -> Options:
    options, found = Options.from_json(run.options), Profile.from_json(run.profile)
    options.mapping = _mapping(run.kind, options, found, wishes.mapping)
    for told in wishes.formats:
        place, change = _format(found, told)
        current = options.formats.get(place, Format())
        options.formats[place] = replace(current, **change)
    options.as_of = wishes.as_of or options.as_of
    options.since = wishes.since or options.since
    options.currency = wishes.currency.upper() or options.currency
    options.open_stage = wishes.open_stage
    options.list_price = wishes.list_price
    options.undated = wishes.undated
    options.blank_words = wishes.blank_words
    options.create = [subject for name in wishes.create for subject in _subjects(name)]
    return options


def _subjects(name: str) -> Iterator[str]:
    """Return the subjects that "accounts", "account" or "all" mean."""
    plurals = {"people": "person", "persons": "person"}
    if name == "all":
        yield from map(str, CREATABLE)
        return
    singular = plurals.get(name, name.removesuffix("s"))
    if singular not in CREATABLE:
        known = ", ".join(sorted(f"{subject}s" for subject in CREATABLE))
        raise ImportStoppedError(f"“{name}” cannot be made on the way: {known} can.")
    yield singular


def _mapping(kind: str, options: Options, found: Profile, told: list[str]) -> dict[int, str]:
    mapping = dict(options.mapping)
    for text in told:
        column, sign, name = text.rpartition("=")
        place = _place(found, column) if sign else None
        if place is None:
            raise ImportStoppedError(f"--map {text}: there is no column “{column or text}”.")
        mapping.pop(place, None)
        if name in {"", "-"}:
            continue
        try:
            field = field_of(KINDS[kind], name)
        except KeyError:
            known = ", ".join(field.name for field in KINDS[kind].fields)
            raise ImportStoppedError(f"--map {text}: the fields are {known}.") from None
        if not field.several:
            mapping = {other: taken for other, taken in mapping.items() if taken != field.name}
        mapping[place] = field.name
    return mapping


def _place(found: Profile, label: str) -> int | None:
    places = {column.label: place for place, column in enumerate(found.columns)}
    loose = {squashed(column.label): place for place, column in enumerate(found.columns)}
    return places.get(label, loose.get(squashed(label)))


def _format(found: Profile, told: str) -> tuple[int, dict[str, Any]]:
    """Read "Close Date=dmy", "Amount=comma", "Revenue=x1000000"."""
    column, _, name = told.rpartition("=")
    place = _place(found, column)
    known: dict[str, dict[str, Any]] = {
        "dmy": {"order": "dmy"},
        "mdy": {"order": "mdy"},
        "ymd": {"order": "ymd"},
        "comma": {"mark": ","},
        "point": {"mark": "."},
        "x1000": {"scale": 1_000},
        "x1000000": {"scale": 1_000_000},
        "days": {"days": True},
        "moments": {"days": False},
    }
    if place is None or name.lower() not in known:
        raise ImportStoppedError(
            f"--format {told}: write COLUMN=dmy, mdy, ymd, comma, point, x1000, x1000000,"
            " days or moments."
        )
    return place, known[name.lower()]


def _answers(run: ImportRun, values: list[str]) -> Iterator[tuple[str, Answer]]:
    """Read "GTXPro=GTX Pro", "product:GTXPro=GTX Pro", "Engaging=+open", "Nobody=-"."""
    asked = {norm(unknown["text"]): unknown["subject"] for unknown in run.plan.get("unknown", ())}
    for told in values:
        text, sign, name = told.partition("=")
        subject, colon, rest = text.partition(":")
        if not colon or subject not in set(ImportSubject):
            subject, rest = asked.get(norm(text), ""), text
        if not sign:
            raise ImportStoppedError(f"--value {told}: write TEXT=NAME, TEXT=+ or TEXT=-.")
        if asked.get(norm(rest)) != subject:
            continue  # The file does not ask about it; another of the files may.
        yield f"{subject}:{rest}", _answer(subject, rest, name, told)


def _answer(subject: str, text: str, name: str, told: str) -> Answer:
    if name == "-":
        return Answer(blank=True)
    if name.startswith("+"):
        if subject not in CREATABLE:
            raise ImportStoppedError(f"--value {told}: a {subject} cannot be made on the way.")
        kind, _, order = name[1:].partition(":")
        if kind and kind not in set(Status):
            raise ImportStoppedError(f"--value {told}: a stage is open, won or lost.")
        if subject == ImportSubject.STAGE:
            kind = kind or stage_kind(text)
        return Answer(create=True, kind=kind, order=int(order) if order.isdecimal() else 0)
    ids = lookup(subject, [name])[name].ids
    if len(ids) != 1:
        have = "no" if not ids else f"{len(ids)}"
        raise ImportStoppedError(f"--value {told}: there is {have} {subject} “{name}”.")
    return Answer(target=ids[0])


def _tell_plan(run: ImportRun, say: Say) -> None:
    plan = run.plan
    for text in plan["decisions"]:
        say(f"  {text}")
    if before := open_stage_name(run):
        say(f"  Closed deals were in the stage “{before}” before.")
    if plan["left_out"]:
        say(f"  Not imported: {', '.join(plan['left_out'])}.")
    for text in plan["notices"]:
        say(f"  {text}")
    for creation in run.creations.all()[:MOST_SHOWN]:
        say(f"  Also makes the {creation.subject} “{creation.name}”.")
    for same in likely_same(run):
        say(f"  “{same.name}” is likely the same as “{same.known}”, and is made all the same.")
    counts = plan["counts"]
    part = f", {counts['part']:,} repeat or continue others" if counts["part"] else ""
    say(
        f"{plan['rows']:,} rows: {counts['create']:,} create, {counts['change']:,} change, "
        f"{counts['leave']:,} leave, {counts['refuse']:,} refuse{part}."
    )


def _tell_refusals(run: ImportRun, wishes: Wishes, say: Say) -> None:
    for unknown in run.plan["unknown"][:MOST_SHOWN]:
        say(_hint(unknown))
    for refusal in run.refusals.all()[:MOST_SHOWN]:
        where = f", {refusal.column}" if refusal.column else ""
        say(f"  row {refusal.row}{where}: {refusal.reason} ({refusal.text})")
    if wishes.refused_to is not None:
        with wishes.refused_to.open("w", encoding="utf-8", newline="") as file:
            file.writelines(refused_lines(run))
        say(f"Refused rows are in {wishes.refused_to}.")


def _hint(unknown: dict[str, Any]) -> str:
    subject, text = str(unknown["subject"]), unknown["text"]
    hint = f"  no {subject} is called “{text}” ({unknown['count']} rows): "
    choices = []
    if unknown["suggestion"]:
        name = dict(choices_of(subject)).get(unknown["suggestion"], "")
        choices.append(f'--value "{text}={name}"')
    if subject in CREATABLE:
        choices.append(f'--value "{text}=+{unknown["kind"] or ""}"')
    return hint + (" or ".join(choices) or "correct it in the file")
