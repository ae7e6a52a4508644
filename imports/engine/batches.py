"""A batch of rows read column by column: equal cells of a column are read and looked up once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from imports.engine.cells import CellError, Parser
from imports.engine.composing import RowError
from imports.engine.kinds import Field, Shape
from imports.engine.pipelines import MARK, Pipelines
from imports.engine.references import Resolver, norm
from imports.engine.rows import Row
from imports.engine.staging import Refused
from imports.engine.workbooks import Cell

# Fields that may name another row of the same file: their composers look there first.
WITHIN_FILE = frozenset({"manager", "parent"})
STAGE, PIPELINE = "stage", "pipeline"
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MappedColumn:
    """A mapped column: the field it fills, its place and label, and how its cells are read.

    ``stage`` is the stage that a column of HubSpot's dates of entering speaks of.
    """

    field: Field
    place: int
    label: str
    parse: Parser
    stage: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row as values by field, and as reasons why it cannot be taken."""

    row: Row
    values: Values
    faults: list[Refused]


def read_batch(
    batch: list[Row],
    columns: list[MappedColumn],
    resolvers: dict[str, Resolver],
    names: set[str],
    pipelines: Pipelines | None = None,
) -> Iterator[ReadRow]:
    """Yield every row of the batch with its values and its faults, those of the wrong width first.

    What a row names stands as an id beside the name, under "owner:id". ``names`` are the
    file's own rows: what may be one of them is left to the composer. A stage is looked up in the
    pipeline that its row names, by what ``pipelines`` call it.
    """
    whole = [row for row in batch if not row.fault]
    read = [_Read.of(column, [row.cells[column.place] for row in whole]) for column in columns]
    _look_up(read, resolvers, names, pipelines)
    for row in batch:
        if row.fault:
            yield ReadRow(row, {}, [Refused(row.number, "", start_of(row.cells), row.fault)])
    if _is_plain(read):
        columns_of_values = dict(pair for one in read for pair in one.values())
        for row, found in zip(whole, zip(*columns_of_values.values(), strict=True), strict=True):
            yield ReadRow(row, dict(zip(columns_of_values, found, strict=True)), [])
    else:
        for place, row in enumerate(whole):
            yield _assembled(row, read, place)


def _look_up(
    read: list["_Read"],
    resolvers: dict[str, Resolver],
    names: set[str],
    pipelines: Pipelines | None,
) -> None:
    """Find what the columns name; stages last, since they are called by their pipelines."""
    by_name = {one.column.field.name: one for one in read}
    for one in sorted(read, key=lambda each: each.column.field.name == STAGE):
        name = one.column.field.name
        if one.column.field.shape is not Shape.REFERENCE or name not in resolvers:
            continue
        if name == STAGE and pipelines and (pipeline := by_name.get(PIPELINE)):
            one.call_by(pipeline, pipelines)
        one.resolve(resolvers[name], names)


def _is_plain(read: list["_Read"]) -> bool:
    """Whether every column alone fills its field and every cell can be taken as it is."""
    names = {one.column.field.name for one in read}
    return (
        0 < len(names) == len(read) and "entered" not in names and all(one.is_plain for one in read)
    )


@dataclass(slots=True)
class _Read:
    """A column's cells of a batch, and what each distinct cell means."""

    column: MappedColumn
    cells: list[Cell]
    meanings: dict[Cell, Any]
    ids: dict[Cell, Any]
    has_faults: bool

    @classmethod
    def of(cls, column: MappedColumn, cells: list[Cell]) -> "_Read":
        meanings: dict[Cell, Any] = {}
        for cell in set(cells):
            try:
                meanings[cell] = column.parse(cell)
            except CellError as error:
                meanings[cell] = error
        has_faults = any(isinstance(value, CellError) for value in meanings.values())
        return cls(column, cells, meanings, {}, has_faults)

    @property
    def is_plain(self) -> bool:
        """Whether no cell is at fault, and none is left for the composer to look up."""
        filled = sum(value is not None for value in self.meanings.values())
        return not self.has_faults and (not self.ids or len(self.ids) == filled)

    def values(self) -> Iterator[tuple[str, list[Any]]]:
        """Yield the column's values by the field's name and, where it names something, the ids."""
        name = self.column.field.name
        yield name, [self.meanings[cell] for cell in self.cells]
        if self.ids:
            yield f"{name}:id", [self.ids.get(cell) for cell in self.cells]

    def call_by(self, other: "_Read", pipelines: Pipelines) -> None:
        """Call each stage by the pipeline that its row names, which was looked up before."""
        pairs = list(zip(self.cells, other.cells, strict=True))
        plain = self.meanings
        self.cells = [_both(own, its) for own, its in pairs]
        self.meanings = {
            _both(own, its): _meaning(plain[own], its, other, pipelines) for own, its in set(pairs)
        }

    def resolve(self, resolver: Resolver, names: set[str]) -> None:
        """Find what the texts name; texts of several rows are looked up together."""
        texts = {
            cell: text
            for cell, text in self.meanings.items()
            if text is not None and not isinstance(text, CellError)
        }
        resolver.prepare(texts.values())
        times = Counter(self.cells)
        within = self.column.field.name in WITHIN_FILE
        for cell, text in texts.items():
            if within and norm(text) in names:
                continue
            try:
                self.ids[cell] = resolver.resolve(text, times=times[cell])
            except CellError as error:
                self.meanings[cell] = error
                self.has_faults = True


def _both(stage: Cell, pipeline: Cell) -> str:
    return f"{pipeline}{MARK}{stage}" if pipeline else str(stage)


def _meaning(stage: Any, cell: Cell, pipeline: _Read, pipelines: Pipelines) -> Any:
    """Return what a stage is called in the pipeline of a cell; nothing where that is at fault."""
    if stage is None or isinstance(stage, CellError):
        return stage
    if isinstance(pipeline.meanings[cell], CellError):
        return None
    return pipelines.called(pipeline.ids.get(cell), stage)


def _assembled(row: Row, read: list[_Read], place: int) -> ReadRow:
    values: Values = {}
    faults: list[Refused] = []
    for one in read:
        cell = one.cells[place]
        value = one.meanings[cell]
        if value is None:
            continue
        column = one.column
        name = column.field.name
        if one.has_faults and isinstance(value, CellError):
            faults.append(Refused(row.number, column.label, str(cell), str(value)))
        elif column.stage and name == "entered":
            values.setdefault(name, []).append((column.stage, value))
        elif name not in values:
            values[name] = value
            if cell in one.ids:
                values[f"{name}:id"] = one.ids[cell]
    return ReadRow(row, values, faults)


def fault(row: Row, column: MappedColumn | None, error: RowError) -> Refused:
    """Return a composer's refusal with the row's number and the cell it speaks of."""
    if column is None:
        return Refused(row.number, "", start_of(row.cells), error.reason)
    return Refused(row.number, column.label, str(row.cells[column.place]), error.reason)


def start_of(cells: list[Cell]) -> str:
    return " ".join(str(cell) for cell in cells[:5])[:300]
