"""The second reading of a file: every row becomes a staged row or a refusal, by the decisions."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from imports.engine import (
    composing,
    composing_activities,
    composing_history,
    composing_people,
    composing_quotas,
)
from imports.engine.batches import MappedColumn, fault, read_batch
from imports.engine.cells import BLANK_WORDS, Context, parser
from imports.engine.composing import Composer, Rates, RowError, Setting, says_yes
from imports.engine.composing_deals import DealComposer
from imports.engine.headers import entered_pipeline, entered_stage
from imports.engine.kinds import KINDS, Kind
from imports.engine.options import Answer, Format, Options
from imports.engine.pipelines import Pipelines
from imports.engine.references import Creations, Resolver, norm, stage_kind, suggestions
from imports.engine.rows import Row, RowReader, column_labels
from imports.engine.staging import Refused, Staged, refuse, stage
from imports.enums import ImportKind, ImportSubject
from imports.models import (
    ImportAnswer,
    ImportCreation,
    ImportRefusal,
    ImportRow,
    ImportRun,
    ImportStagedRow,
)
from org import access
from org.models.calendar import Organisation

BATCH = 5_000
MOST_NAMED = 5
# Values by which a row speaks of another one of its file, and what that one is to it.
DANGLING = {
    ImportKind.PEOPLE: ("manager_text", "manager"),
    ImportKind.ACCOUNTS: ("parent_text", "parent account"),
}
Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A text that stands for nothing yet: how often it stands there, and what it looks like."""

    subject: str
    text: str
    count: int
    suggestion: int | None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """A text that stands for something by an answer given before."""

    subject: str
    text: str
    count: int


@dataclass(slots=True)
class Reading:
    """What the second reading found beside the staged rows."""

    rows: int = 0
    unknown: list[Unknown] = field(default_factory=list)
    answered: list[Answered] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def clear(run: ImportRun) -> None:
    """Forget an earlier plan of the run."""
    for model in (ImportStagedRow, ImportRow, ImportRefusal, ImportCreation):
        model.objects.filter(run=run).delete()


def read(
    run: ImportRun, path: Path, options: Options, *, now: datetime, progress: Progress
) -> Reading:
    """Stage every row of the file that can be taken and refuse the others, with reasons."""
    kind = KINDS[run.kind]
    reader = RowReader(path, options.layout)
    pipelines = Pipelines.load()
    resolvers = _resolvers(kind, options, pipelines)
    setting = _setting(kind, options, resolvers, pipelines, now)
    columns = _columns(kind, reader, options, setting)
    composer = _composer(kind, setting, lambda: _names(path, options, columns))
    found = Reading()
    rows = reader.rows()
    while batch := list(islice(rows, BATCH)):
        _stage_batch(run, batch, columns, setting, composer)
        found.rows += len(batch)
        progress(found.rows)
    if finish := getattr(composer, "finish", None):
        finish(run)
    if run.kind == ImportKind.ACCOUNTS:
        _refuse_circles(run)
    if key := DANGLING.get(ImportKind(run.kind)):
        _refuse_dangling(run, *key)
    _keep_creations(run, next(iter(resolvers.values())).creations if resolvers else Creations())
    found.notices = [
        *reader.notices(),
        *_said(setting.notices),
        *_merged(setting),
    ]
    found.unknown = _unknown(resolvers, pipelines)
    found.answered = [
        Answered(resolver.subject, text, count)
        for resolver in {id(r): r for r in resolvers.values()}.values()
        for text, count in resolver.answered.items()
    ]
    with connection.cursor() as cursor:
        # Not of the values: nothing is chosen by them.
        cursor.execute("ANALYZE imports_importstagedrow (run_id, row, key)")
    return found


def _refuse_circles(run: ImportRun) -> None:
    """Refuse accounts that lie below themselves in the file, naming the way round."""
    staged = dict(ImportStagedRow.objects.filter(run=run).values_list("row", "data"))
    rows = {
        norm(str(data[name])): row
        for row, data in staged.items()
        for name in ("name", "external_id")
        if data.get(name)
    }
    above = {row: rows.get(data.get("parent_text", "")) for row, data in staged.items()}
    refused: list[Refused] = []
    seen: set[int] = set()
    for row in staged:
        way: dict[int, None] = {}
        at: int | None = row
        while at is not None and at not in seen and at not in way:
            way[at] = None
            at = above[at]
        seen |= way.keys()
        if at is not None and at in way:
            circle = list(way)[list(way).index(at) :]
            refused += [_in_a_circle(circle[n:] + circle[:n], staged) for n in range(len(circle))]
    refuse(run.pk, refused)
    ImportStagedRow.objects.filter(run=run, row__in=[each.row for each in refused]).delete()


def _in_a_circle(way: list[int], staged: dict[int, dict[str, Any]]) -> Refused:
    names = [f"“{staged[row]['name']}”" for row in way[:MOST_NAMED]]
    words = ", ".join([*names, names[0] if len(way) <= MOST_NAMED else "…"])
    return Refused(
        way[0], "", staged[way[0]]["parent_text"], f"It would lie below itself: {words}."
    )


def _refuse_dangling(run: ImportRun, key: str, what: str) -> None:
    """Refuse rows that speak of a row of the file which is refused itself, and so on up."""
    while True:
        staged = ImportStagedRow.objects.filter(run=run)
        names = set()
        for data in staged.values_list("data", flat=True).iterator():
            texts = (data.get(name) for name in ("name", "full_name", "email", "external_id"))
            names |= {norm(str(text)) for text in texts if text}
        lost = [row for row in staged.filter(data__has_key=key) if row.data[key] not in names]
        if not lost:
            return
        reason = f"Its {what} stands in a row that is refused."
        refuse(run.pk, [Refused(row.row, "", row.data[key], reason) for row in lost])
        staged.filter(pk__in=[row.pk for row in lost]).delete()


def _resolvers(kind: Kind, options: Options, pipelines: Pipelines) -> dict[str, Resolver]:
    """Return a resolver for each field that names something, shared by fields of one subject."""
    creations = Creations()
    remembered: dict[str, dict[str, Answer]] = {}
    for answer in ImportAnswer.objects.all():
        remembered.setdefault(answer.subject, {})[answer.text] = Answer(
            target=answer.target, blank=answer.target is None
        )
    by_subject: dict[str, Resolver] = {}
    for name in kind.fields:
        if name.subject is None:
            continue
        subject = str(name.subject)
        if subject not in by_subject:
            told = {
                text.partition(":")[2]: answer
                for text, answer in options.answers.items()
                if text.partition(":")[0] == subject
            }
            by_subject[subject] = Resolver(
                subject,
                remembered.get(subject, {}) | told,
                subject in options.create,
                creations,
            )
    if ImportSubject.STAGE in by_subject:
        by_subject[ImportSubject.STAGE].detail = partial(_stage_detail, pipelines)
        by_subject[ImportSubject.PIPELINE].only = pipelines.only
    return {f.name: by_subject[str(f.subject)] for f in kind.fields if f.subject is not None}


def _stage_detail(pipelines: Pipelines, text: str) -> dict[str, Any]:
    """Return what is known of a stage to be made by what the file calls it."""
    pipeline, name = pipelines.told(text)
    own = {} if pipeline == pipelines.default else {"pipeline": pipeline, "name": name}
    return {"kind": stage_kind(name), **own}


def _setting(
    kind: Kind,
    options: Options,
    resolvers: dict[str, Resolver],
    pipelines: Pipelines,
    now: datetime,
) -> Setting:
    organisation = Organisation.objects.get()
    zone = ZoneInfo(organisation.time_zone)
    return Setting(
        kind=kind,
        options=options,
        organisation=organisation,
        zone=zone,
        today=access.local_day(now, time_zone=organisation.time_zone),
        now=now,
        rates=Rates.load(organisation.currency),
        resolvers=resolvers,
        pipelines=pipelines,
    )


def _columns(
    kind: Kind, reader: RowReader, options: Options, setting: Setting
) -> list[MappedColumn]:
    labels = column_labels(reader.header)
    context = Context(
        setting.zone,
        options.salesforce_ids,
        blanks=BLANK_WORDS if options.blank_words else frozenset(),
        from_1904=options.layout.from_1904,
    )
    columns = []
    for place, name in sorted(options.mapping.items()):
        if place >= reader.width or not kind.has(name):
            continue
        found = kind.field(name)
        parse = parser(found, options.formats.get(place, Format()), context)
        header = reader.header[place]
        pipeline = setting.pipelines.named(entered_pipeline(header))
        stage = entered_stage(header)
        entered = stage and setting.pipelines.called(pipeline, stage)
        columns.append(MappedColumn(found, place, labels[place], parse, entered))
    return columns


def _composer(kind: Kind, setting: Setting, names: Callable[[], set[str]]) -> Composer:
    if kind.name == ImportKind.ACCOUNTS:
        return composing.AccountComposer(setting, names())
    if kind.name == ImportKind.PEOPLE:
        return composing_people.PersonComposer(setting, names())
    simple: dict[str, Callable[[Setting], Composer]] = {
        ImportKind.PRODUCTS: composing.ProductComposer,
        ImportKind.CONTACTS: composing.ContactComposer,
        ImportKind.DEALS: DealComposer,
        ImportKind.ACTIVITIES: composing_activities.ActivityComposer,
        ImportKind.QUOTAS: composing_quotas.QuotaComposer,
        ImportKind.HISTORY: composing_history.HistoryComposer,
    }
    return simple[kind.name](setting)


def _names(path: Path, options: Options, columns: list[MappedColumn]) -> set[str]:
    """Return the names and ids of all rows, for files whose rows speak of each other."""
    wanted = {"name", "full_name", "first_name", "last_name", "external_id", "email"}
    own = [column for column in columns if column.field.name in wanted]
    found = set()
    rows = RowReader(path, options.layout).rows()
    while batch := list(islice(rows, BATCH)):
        for read in read_batch(batch, own, {}, set()):
            if not read.faults:
                parts = (read.values.get(name) for name in ("first_name", "last_name"))
                found.add(norm(" ".join(part for part in parts if part)))
                found |= {norm(str(v)) for v in read.values.values() if v is not None}
    return found - {""}


def _stage_batch(
    run: ImportRun,
    batch: list[Row],
    columns: list[MappedColumn],
    setting: Setting,
    composer: Composer,
) -> None:
    staged: list[Staged] = []
    refused: list[Refused] = []
    by_field = {column.field.name: column for column in columns}
    names: set[str] = getattr(composer, "names", set())
    reads = list(read_batch(batch, columns, setting.resolvers, names, setting.pipelines))
    if prepare := getattr(composer, "prepare", None):
        prepare(read.values for read in reads)
    for read in reads:
        if read.faults:
            refused += read.faults
            continue
        if says_yes(read.values.get("deleted")):
            error = RowError("deleted", "It says that it is deleted, so it is left out.")
            refused.append(fault(read.row, by_field["deleted"], error))
            continue
        try:
            staged.append(composer.compose(read.row.number, read.values))
        except RowError as error:
            refused.append(fault(read.row, by_field.get(error.field), error))
    stage(run.pk, staged)
    refuse(run.pk, refused)


def _keep_creations(run: ImportRun, creations: Creations) -> None:
    ImportCreation.objects.bulk_create(
        ImportCreation(run=run, number=number, subject=subject, name=name[:300], detail=detail)
        for (subject, _), (number, name, detail) in creations.made.items()
    )


def _unknown(resolvers: dict[str, Resolver], pipelines: Pipelines) -> list[Unknown]:
    found = []
    for resolver in {id(resolver): resolver for resolver in resolvers.values()}.values():
        if not resolver.unknown:
            continue
        alike = suggestions(resolver.subject, resolver.unknown)
        is_stage = resolver.subject == ImportSubject.STAGE
        found += [
            Unknown(
                resolver.subject,
                text,
                count,
                alike.get(text),
                stage_kind(pipelines.told(text)[1]) if is_stage else "",
            )
            for text, count in resolver.unknown.most_common()
        ]
    return found


def _merged(setting: Setting) -> Iterator[str]:
    """Say which pipelines of the file were taken for the only one that is here."""
    resolver = setting.resolvers.get("pipeline")
    name = setting.pipelines.names[setting.pipelines.default]
    others = [text for text in resolver.settled if norm(text) != norm(name)] if resolver else []
    if setting.pipelines.only is not None and others:
        named = ", ".join(f"“{text}”" for text in sorted(others)[:MOST_NAMED])
        yield f"The file names the pipeline {named}; the stages of {name}, the only one, are meant."


def _said(notices: Counter[str]) -> Iterator[str]:
    for text, count in notices.items():
        yield f"{count:,} row{'s' if count > 1 else ''}: it {text}."
