"""Excel workbooks (.xlsx): which sheets there are, and their rows, after a look at their size."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

Cell = str | Decimal | date | datetime

# A cell's address in the sheet's XML, such as r="AB1200".
ADDRESS = re.compile(rb'<c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
MOST_UNPACKED = 1 << 30
MOST_RATIO = 200
MOST_ENTRIES = 5_000
# Excel shows fifteen digits of a number; the rest is noise of its arithmetic.
DIGITS = 15


class UnreadableFileError(Exception):
    """A file cannot be read at all; the message says why, for the person who brought it."""


def sheets(path: Path, *, largest_cells: int) -> list[str]:
    """Return the names of the sheets that hold rows; refuse what would not fit in memory."""
    _refuse_bombs(path, largest_cells=largest_cells)
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == SheetTypeEnum.WorkSheet
                and sheet.visible == SheetVisibleEnum.Visible
                and book.get_sheet_by_name(sheet.name).height
            ]
    except CalamineError as error:
        raise UnreadableFileError(
            f"The workbook cannot be opened ({error}). Save it anew from Excel, or as CSV."
        ) from error
    if not names:
        raise UnreadableFileError("The workbook has no sheet with rows in it.")
    return names


def records(path: Path, sheet: str) -> Iterator[list[Cell]]:
    """Yield the rows of a sheet from its first row on, each cell typed as the workbook has it."""
    broken = broken_cells(path, sheet)
    with CalamineWorkbook.from_path(str(path)) as book:
        found = book.get_sheet_by_name(sheet)
        start = found.start or (0, 0)
        # The library begins at the first filled row; people count from the sheet's own first.
        for _ in range(start[0]):
            yield []
        margin = [""] * start[1]
        for number, cells in enumerate(found.iter_rows(), start=start[0] + 1):
            row = [*margin, *(_cell(value) for value in cells)]
            for place, text in broken.get(number, ()):
                row += [""] * (place + 1 - len(row))
                row[place] = text
            yield row


# What Excel writes into a cell that it cannot work out; some write it into CSV too.
ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
NO_VALUE = "#FORMULA?"


def broken_cells(path: Path, sheet: str) -> dict[int, list[tuple[int, str]]]:
    """Return the cells of a sheet that hold an error, or a formula without its value, by row.

    Each has its place from 0 and its text. The library that reads sheets returns both as empty.
    """
    found: dict[int, list[tuple[int, str]]] = {}
    with _parts(path) as archive:
        entry = _entry_of(archive, sheet)
        with archive.open(entry) as file:
            if not _may_be_broken(file):
                return found
        with archive.open(entry) as file:
            number, rows = 0, Element("")
            for event, part in iterparse(file, events=("start", "end")):
                if event == "start":
                    rows = part if _local(part) == "sheetData" else rows
                elif _local(part) == "row":
                    number = int(part.get("r") or number + 1)
                    if broken := list(_broken_of(part)):
                        found[number] = broken
                    rows.clear()
    return found


def is_from_1904(path: Path) -> bool:
    """Whether the book counts its days from 1904, as those begun on an old Macintosh do."""
    with _parts(path) as archive, archive.open(_book_of(archive)) as file:
        told = next((e for _, e in iterparse(file) if _local(e) == "workbookPr"), None)
    return told is not None and told.get("date1904") in {"1", "true"}


def _may_be_broken(file: IO[bytes]) -> bool:
    rest = b""
    while block := file.read(1 << 20):
        if b'="e"' in rest + block or b"='e'" in rest + block or b"<f" in rest + block:
            return True
        rest = block[-8:]
    return False


def _broken_of(row: Element) -> Iterator[tuple[int, str]]:
    """Yield the broken cells of a row; one without an address follows the one before it."""
    place = -1
    for cell in row:
        letters = cell.get("r", "").rstrip("0123456789")
        place = _column(letters.encode()) - 1 if letters else place + 1
        parts = {_local(part): part.text or "" for part in cell}
        if cell.get("t") == "e":
            yield place, parts.get("v") or "#N/A"
        elif "f" in parts and not parts.get("v") and cell.get("t") != "str":
            yield place, NO_VALUE


@contextmanager
def _parts(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open the parts of a workbook; what they lack or hold wrongly is said of the workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, DefusedXmlException, ParseError, KeyError, ValueError) as error:
        raise UnreadableFileError(
            f"The workbook cannot be opened ({error}). Save it anew from Excel, or as CSV."
        ) from error


def _book_of(archive: zipfile.ZipFile) -> str:
    """Return the name of the part that lists the sheets, mostly xl/workbook.xml."""
    with archive.open("_rels/.rels") as file:
        targets = [
            each.get("Target", "")
            for _, each in iterparse(file)
            if each.get("Type", "").endswith("/officeDocument")
        ]
    return str(targets[0] if targets else "xl/workbook.xml").lstrip("/")


def _entry_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Return the name of the part that holds the sheet."""
    book = _book_of(archive)
    folder, name = posixpath.split(book)
    with archive.open(book) as file:
        ids = {
            each.get("name"): value
            for _, each in iterparse(file)
            if _local(each) == "sheet"
            for key, value in each.items()
            if key.endswith("}id")
        }
    with archive.open(f"{folder}/_rels/{name}.rels") as file:
        targets = {each.get("Id"): each.get("Target", "") for _, each in iterparse(file)}
    return posixpath.join("/", folder, targets[ids[sheet]]).lstrip("/")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _cell(value: object) -> Cell:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return Decimal(f"{value:.{DIGITS}g}") if isinstance(value, float) else Decimal(value)
    if isinstance(value, datetime | date):
        return value
    if isinstance(value, time | timedelta):
        return str(value)
    raise TypeError(f"an unknown type of cell: {type(value).__name__}")


def _refuse_bombs(path: Path, *, largest_cells: int) -> None:
    """Refuse archives that unpack to far more than they are, and sheets that span far too much."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED:
                raise UnreadableFileError(
                    f"The workbook unpacks to {unpacked // 1_000_000:,} MB, more than is allowed."
                )
            packed = max(1, sum(entry.compress_size for entry in entries))
            if unpacked > 10_000_000 and unpacked / packed > MOST_RATIO:
                raise UnreadableFileError(
                    f"The workbook unpacks to {unpacked // packed:,} times its size: refused."
                )
            for entry in entries:
                if entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml"):
                    _refuse_wide(archive, entry, largest_cells=largest_cells)
    except zipfile.BadZipFile as error:
        raise UnreadableFileError(
            "The file begins like a workbook but is damaged. Save it anew, or as CSV."
        ) from error


def _refuse_wide(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, *, largest_cells: int) -> None:
    """Refuse a sheet whose outermost cells span a larger rectangle than memory should hold."""
    widest = lowest = read = 0
    rest = b""
    with archive.open(entry) as file:
        while block := file.read(1 << 20):
            read += len(block)
            if read > MOST_UNPACKED:
                raise UnreadableFileError("The workbook unpacks to more than it says: refused.")
            for letters, digits in ADDRESS.findall(rest + block):
                lowest = max(lowest, int(digits))
                if (column := _column(letters)) > widest:
                    widest = column
            rest = block[-200:]
    if widest * lowest > largest_cells:
        raise UnreadableFileError(
            f"A sheet spans {lowest:,} rows and {widest:,} columns, most of them empty. "
            "Delete what lies far out, or save the sheet as CSV."
        )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
