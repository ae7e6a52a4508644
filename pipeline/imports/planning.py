"""The second reading of a file: every row becomes a staged row or a refusal, by the decisions."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from org import access
from org.models.calendar import Organisation
from pipeline.enums import ImportKind, ImportSubject
from pipeline.imports import composing, composing_history, composing_people, composing_quotas
from pipeline.imports.cells import CellError, Context, Parser, parser
from pipeline.imports.composing import Composer, Rates, RowError, Setting
from pipeline.imports.composing_deals import DealComposer
from pipeline.imports.headers import currency_column, entered_stage
from pipeline.imports.kinds import KINDS, Field, Kind, Shape
from pipeline.imports.options import Format, Options
from pipeline.imports.references import Creations, Resolver, norm, stage_kind, suggestions
from pipeline.imports.rows import Row, RowReader
from pipeline.imports.staging import Refused, Staged, refuse, stage
from pipeline.imports.workbooks import Cell
from pipeline.models.imports import (
    ImportAnswer,
    ImportCreation,
    ImportRefusal,
    ImportRow,
    ImportRun,
    ImportStagedRow,
)

BATCH = 5_000
# Fields that may name another row of the same file: their composers look there first.
WITHIN_FILE = frozenset({"manager", "parent"})
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
    resolvers = _resolvers(kind, options)
    setting = _setting(kind, options, resolvers, now)
    columns = _columns(kind, reader, options, setting)
    composer = _composer(kind, setting, lambda: _names(path, options, columns))
    found = Reading()
    rows = reader.rows()
    while batch := list(islice(rows, BATCH)):
        _read_batch(run, batch, columns, resolvers, composer)
        found.rows += len(batch)
        progress(found.rows)
    if finish := getattr(composer, "finish", None):
        finish(run)
    _keep_creations(run, next(iter(resolvers.values())).creations if resolvers else Creations())
    found.notices = [*reader.notices(), *_said(setting.notices)]
    found.unknown = _unknown(resolvers)
    found.answered = [
        Answered(resolver.subject, text, count)
        for resolver in {id(r): r for r in resolvers.values()}.values()
        for text, count in resolver.answered.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE pipeline_importstagedrow")
    return found


def _resolvers(kind: Kind, options: Options) -> dict[str, Resolver]:
    """Return a resolver for each field that names something, shared by fields of one subject."""
    creations = Creations()
    remembered: dict[str, dict[str, Any]] = {}
    for answer in ImportAnswer.objects.all():
        remembered.setdefault(answer.subject, {})[answer.text] = options_answer(answer)
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
        by_subject[ImportSubject.STAGE].detail = lambda text: {"kind": stage_kind(text)}
    return {f.name: by_subject[str(f.subject)] for f in kind.fields if f.subject is not None}


def options_answer(answer: ImportAnswer) -> Any:
    from pipeline.imports.options import Answer

    return Answer(target=answer.target, blank=answer.target is None)


def _setting(
    kind: Kind, options: Options, resolvers: dict[str, Resolver], now: datetime
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
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A mapped column: the field it fills, its place and label, and how its cells are read."""

    field: Field
    place: int
    label: str
    parse: Parser
    stage: str = ""


def _columns(kind: Kind, reader: RowReader, options: Options, setting: Setting) -> list[Column]:
    from pipeline.imports.rows import column_labels

    labels = column_labels(reader.header)
    context = Context(setting.zone, options.salesforce_ids)
    columns = []
    for place, name in sorted(options.mapping.items()):
        if place >= reader.width or not kind.has(name):
            continue
        found = kind.field(name)
        parse = parser(found, options.formats.get(place, Format()), context)
        columns.append(
            Column(found, place, labels[place], parse, entered_stage(reader.header[place]))
        )
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
        ImportKind.ACTIVITIES: composing.ActivityComposer,
        ImportKind.QUOTAS: composing_quotas.QuotaComposer,
        ImportKind.HISTORY: composing_history.HistoryComposer,
    }
    return simple[kind.name](setting)


def _names(path: Path, options: Options, columns: list[Column]) -> set[str]:
    """Return the names and ids of all rows, for files whose rows speak of each other."""
    wanted = {"name", "full_name", "first_name", "last_name", "external_id", "email"}
    own = [column for column in columns if column.field.name in wanted]
    found = set()
    for row in RowReader(path, options.layout).rows():
        if row.fault:
            continue
        values, faults = _values(row, own)
        if faults:
            continue
        parts = [values[name] for name in ("first_name", "last_name") if values.get(name)]
        found |= {norm(str(value)) for value in values.values() if value is not None}
        found.add(norm(" ".join(parts)))
    return found - {""}


def _read_batch(
    run: ImportRun,
    batch: list[Row],
    columns: list[Column],
    resolvers: dict[str, Resolver],
    composer: Composer,
) -> None:
    staged: list[Staged] = []
    refused: list[Refused] = []
    _prepare(batch, columns, resolvers)
    labels = {column.field.name: column for column in columns}
    for row in batch:
        if row.fault:
            refused.append(Refused(row.number, "", _start(row.cells), row.fault))
            continue
        values, faults = _values(row, columns)
        faults += _resolve(row, values, columns, resolvers, getattr(composer, "names", set()))
        if not faults:
            try:
                staged.append(composer.compose(row.number, values))
            except RowError as error:
                faults.append(_fault(row, labels.get(error.field), error))
        refused.extend(faults)
    stage(run.pk, staged)
    refuse(run.pk, refused)


def _prepare(batch: list[Row], columns: list[Column], resolvers: dict[str, Resolver]) -> None:
    """Look up all that a batch of rows names, a query for each field that names something."""
    for column in columns:
        if column.field.shape is not Shape.REFERENCE:
            continue
        texts = set()
        for cell in {row.cells[column.place] for row in batch if not row.fault}:
            try:
                text = column.parse(cell)
            except CellError:
                continue  # The row is refused with this reason when it is read.
            if text is not None:
                texts.add(text)
        resolvers[column.field.name].prepare(texts)


def _values(row: Row, columns: list[Column]) -> tuple[dict[str, Any], list[Refused]]:
    values: dict[str, Any] = {}
    faults = []
    for column in columns:
        try:
            value = column.parse(row.cells[column.place])
        except CellError as error:
            cell = row.cells[column.place]
            faults.append(Refused(row.number, column.label, str(cell), str(error)))
            continue
        name = column.field.name
        if column.stage and name == "entered":
            values.setdefault(name, []).append((column.stage, value))
        elif value is not None and values.get(name) is None:
            values[name] = value
    return values, faults


def _resolve(
    row: Row,
    values: dict[str, Any],
    columns: list[Column],
    resolvers: dict[str, Resolver],
    names: set[str],
) -> list[Refused]:
    """Put the ids of what the row names beside the names; return those that stand for nothing.

    ``names`` are the file's own rows: what may be one of them is left to the composer.
    """
    faults = []
    for column in columns:
        name = column.field.name
        text = values.get(name)
        if column.field.shape is not Shape.REFERENCE or text is None:
            continue
        if name in WITHIN_FILE and norm(text) in names:
            continue
        try:
            values[f"{name}:id"] = resolvers[name].resolve(text)
        except CellError as error:
            faults.append(Refused(row.number, column.label, text, str(error)))
    return faults


def _fault(row: Row, column: Column | None, error: RowError) -> Refused:
    if column is None:
        return Refused(row.number, "", _start(row.cells), error.reason)
    return Refused(row.number, column.label, str(row.cells[column.place]), error.reason)


def _start(cells: list[Cell]) -> str:
    return " ".join(str(cell) for cell in cells[:5])[:300]


def _keep_creations(run: ImportRun, creations: Creations) -> None:
    ImportCreation.objects.bulk_create(
        ImportCreation(run=run, number=number, subject=subject, name=name[:300], detail=detail)
        for (subject, _), (number, name, detail) in creations.made.items()
    )


def _unknown(resolvers: dict[str, Resolver]) -> list[Unknown]:
    found = []
    for resolver in {id(resolver): resolver for resolver in resolvers.values()}.values():
        if not resolver.unknown:
            continue
        alike = suggestions(resolver.subject, resolver.unknown)
        is_stage = resolver.subject == ImportSubject.STAGE
        found += [
            Unknown(
                resolver.subject, text, count, alike.get(text), stage_kind(text) if is_stage else ""
            )
            for text, count in resolver.unknown.most_common()
        ]
    return found


def _said(notices: Counter[str]) -> Iterator[str]:
    for text, count in notices.items():
        yield f"{count:,} row{'s' if count > 1 else ''}: it {text}."


def money_currency(header: list[str], options: Options) -> int | None:
    """Return the column of the currency of the mapped amount, where the file has one for it."""
    for place in options.columns_of("amount"):
        if (found := currency_column(header, place)) is not None:
            return found
    return None
