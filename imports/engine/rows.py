"""The header and the numbered rows of a file; what is not a row is skipped aloud."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from imports.engine.layout import MOST_COLUMNS, Layout, records
from imports.engine.workbooks import Cell, UnreadableFileError

MOST_FOOTERS = 30


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its number in the file, counted from 1 with the header and blank rows.

    ``fault`` says why the row as a whole cannot be taken, or is empty.
    """

    number: int
    cells: list[Cell]
    fault: str = ""


@dataclass(slots=True)
class RowReader:
    """Reads one file's rows once, front to back, and counts what it left out."""

    path: Path
    layout: Layout
    header: list[str] = field(init=False)
    seen: int = field(init=False, default=0)
    blank: int = field(init=False, default=0)
    unwrapped: int = field(init=False, default=0)
    footers: list[str] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.header = self._header()

    @property
    def width(self) -> int:
        return len(self.header)

    def _header(self) -> list[str]:
        start = self.layout.header_row - 1
        cells = next(islice(records(self.path, self.layout), start, None), None)
        if cells is None:
            raise UnreadableFileError(f"The file has no row {self.layout.header_row}.")
        cells = self._unwrap(cells) or cells
        texts = [_text(cell) for cell in cells]
        if not any(texts):
            raise UnreadableFileError(f"Row {self.layout.header_row}, the header, is blank.")
        # Columns without a name are columns like others, but for a sheet's thousands of empty ones.
        while len(texts) > MOST_COLUMNS and not texts[-1]:
            texts.pop()
        if len(texts) > MOST_COLUMNS:
            raise UnreadableFileError(
                f"The header has {len(texts):,} columns; {MOST_COLUMNS:,} are the most."
            )
        return texts

    def rows(self) -> Iterator[Row]:
        """Yield the rows below the header, without blank ones and without a report's footer."""
        waiting: list[Row] = []
        after_blank = False
        for number, cells in enumerate(records(self.path, self.layout), start=1):
            if number <= self.layout.header_row:
                continue
            if is_blank(cells):
                self.blank += 1
                after_blank = True
                continue
            row = self._row(number, cells)
            if (after_blank or waiting) and self._may_be_footer(cells):
                waiting.append(row)
                if len(waiting) <= MOST_FOOTERS:
                    continue
            if waiting:
                yield from self._counted(waiting)
            if not waiting or waiting[-1] is not row:
                self.seen += 1
                yield row
            waiting = []
            after_blank = False
        self.footers = [_text(row.cells[0]) for row in waiting]

    def notices(self) -> list[str]:
        """Say what was left out. Complete once the rows have been read."""
        said = []
        if self.blank:
            said.append(f"{self.blank:,} blank row{'s' if self.blank > 1 else ''} skipped.")
        if self.footers:
            lines = " / ".join(text[:80] for text in self.footers)
            said.append(f"Footer of the report skipped: {lines}")
        if self.unwrapped:
            said.append(
                f"{self.unwrapped:,} row{'s' if self.unwrapped > 1 else ''} stood in one "
                "quoted cell each and were taken apart."
            )
        return said

    def _counted(self, rows: list[Row]) -> Iterator[Row]:
        for row in rows:
            self.seen += 1
            yield row

    def _may_be_footer(self, cells: list[Cell]) -> bool:
        """Whether the row is one lone cell, which in a workbook stands among empty ones."""
        if self.width < 2:
            return False
        is_lone = len(cells) == 1 or self.layout.form == "xlsx"
        return is_lone and is_blank(cells[1:]) and not is_blank(cells[:1])

    def _row(self, number: int, cells: list[Cell]) -> Row:
        if len(cells) == self.width > 1:
            return Row(number, cells)
        if len(cells) == 1 and self.width > 1 and (apart := self._unwrap(cells)):
            self.unwrapped += 1
            cells = apart
        if len(cells) > self.width and is_blank(cells[self.width :]):
            cells = cells[: self.width]
        if len(cells) < self.width and not any(self.header[len(cells) :]):
            cells = [*cells, *[""] * (self.width - len(cells))]
        fault = ""
        if len(cells) != self.width:
            have = f"{len(cells)} cell{'s' if len(cells) != 1 else ''}"
            fault = f"The row has {have} where the header has {self.width}."
        return Row(number, cells, fault)

    def _unwrap(self, cells: list[Cell]) -> list[Cell] | None:
        """Take apart a whole record that stands in one quoted cell, if it is one."""
        if self.layout.form != "text" or len(cells) != 1 or not isinstance(cells[0], str):
            return None
        if self.layout.delimiter not in cells[0]:
            return None
        try:
            inner = next(csv.reader([cells[0]], delimiter=self.layout.delimiter, strict=True))
        except csv.Error:
            return None
        width = getattr(self, "header", None)
        return list(inner) if width is None or len(inner) == len(width) else None


def is_blank(cells: list[Cell]) -> bool:
    """Whether no cell holds anything but white space."""
    if cells and isinstance(cells[0], str) and cells[0].strip():
        return False  # So it is with almost every row.
    return all(isinstance(cell, str) and not cell.strip() for cell in cells)


def unnamed(place: int) -> str:
    """Return what a column without a header is called, by its place from 0."""
    return f"Column {place + 1}"


def column_labels(header: list[str]) -> list[str]:
    """Return a name for each column that no other has: "Amount (2nd)", "Column 7"."""
    times: Counter[str] = Counter()
    labels = []
    for place, text in enumerate(header, start=1):
        if not text:
            labels.append(unnamed(place - 1))
            continue
        times[text.casefold()] += 1
        count = times[text.casefold()]
        labels.append(text if count == 1 else f"{text} ({_ordinal(count)})")
    return labels


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 // 10 != 1 else 0, "th")
    return f"{number}{ending}"


def _text(cell: Cell) -> str:
    return " ".join(str(cell).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "").split())
