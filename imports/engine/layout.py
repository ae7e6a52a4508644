"""How a file is to be read: its form, encoding, delimiter, sheet and header row, found or told."""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from imports.engine import workbooks
from imports.engine.workbooks import Cell, UnreadableFileError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
# What a file that is not UTF-8 usually is. A reader cannot tell these apart: a person must.
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": "Western European (Windows-1252)",
    "iso-8859-1": "Western European (ISO 8859-1)",
    "cp1250": "Central European (Windows-1250)",
    "iso-8859-2": "Central European (ISO 8859-2)",
    "cp1251": "Cyrillic (Windows-1251)",
    "mac_roman": "Western European (Mac)",
}
EIGHT_BIT = tuple(name for name in ENCODINGS if not name.startswith("utf"))
LONGEST_CELL = 100_000
MOST_COLUMNS = 1_000
SAMPLE_ROWS = 50
NO_TEXT = "This is not a text file, nor an Excel workbook (.xlsx)."
# Signs that no text has: those of C0 but tab, line ends, form feed, end of file and escape.
_NEVER_TEXT = re.compile("[\x00-\x08\x0e-\x19\x1c-\x1f]")
# What some programs call an Excel file.
_WEB_PAGE = re.compile(r"\s*(?:<!doctype html|<html|<table|<\?xml|<head|<meta)", re.IGNORECASE)
# And those of C1, which is what letters of another eight-bit encoding look like in ISO 8859.
_UNLIKELY = re.compile("[\x80-\x9f]")


@dataclass(frozen=True, slots=True)
class Layout:
    """How to read one file. ``header_row`` counts from 1, blank rows included."""

    form: Literal["text", "xlsx"] = "text"
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    header_row: int = 1
    from_1904: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Layout":
        return cls(**stored)


@dataclass(slots=True)
class Detected:
    """What was found out about a file before reading it all.

    ``encoding_samples`` is filled where the encoding has to be told: what the same words look
    like in each candidate.
    """

    layout: Layout
    sheets: list[str] = field(default_factory=list)
    encoding_samples: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def detect(path: Path, *, largest_cells: int) -> Detected:
    """Find out how the file is to be read. Raises UnreadableFileError saying what is wrong."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip(b"\0 \t\r\n"):
        raise UnreadableFileError("The file is empty.")
    if head.startswith(b"PK\x03\x04"):
        sheets = workbooks.sheets(path, largest_cells=largest_cells)
        layout = Layout(form="xlsx", sheet=sheets[0], from_1904=workbooks.is_from_1904(path))
        found = Detected(layout, sheets=sheets)
        if len(sheets) > 1:
            others = ", ".join(f"“{name}”" for name in sheets[1:])
            found.notices.append(f"Only the sheet “{sheets[0]}” is read, not {others}.")
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFileError(
            "This is a workbook of the old Excel format, or one with a password. "
            "Save it as .xlsx without a password, or as CSV."
        )
    else:
        found = _detect_text(path, head)
    return with_header_found(path, found)


def with_header_found(path: Path, found: Detected) -> Detected:
    """Fill in the header row: the first with half as many filled cells as rows usually have."""
    first = list(islice(records(path, found.layout), SAMPLE_ROWS))
    filled = [sum(str(cell).strip() != "" for cell in cells) for cells in first]
    usual = sorted(count for count in filled if count) or [1]
    least = max(1, (usual[len(usual) // 2] + 1) // 2)
    number = next((n for n, count in enumerate(filled, start=1) if count >= least), 1)
    found.layout = replace(found.layout, header_row=number)
    above = [line for cells in first[: number - 1] if (line := _line(cells))]
    if above:
        found.notices.append(
            f"{len(above)} line{'s' if len(above) > 1 else ''} above the header "
            f"skipped: {' / '.join(above)}"
        )
    return found


def records(path: Path, layout: Layout) -> Iterator[list[Cell]]:
    """Yield every row of the file as cells, blank rows included, the header too."""
    if layout.form == "xlsx":
        yield from workbooks.records(path, layout.sheet)
        return
    with _opened(path, layout.encoding) as file:
        reader: Iterator[list[Any]] = csv.reader(
            _complete(file), delimiter=layout.delimiter, strict=True
        )
        csv.field_size_limit(LONGEST_CELL)
        number = 0
        try:
            for number, cells in enumerate(reader, start=1):
                if number == 1 and len(cells) == 2 and f"{cells[0]}{cells[1]}" == "sep=":
                    continue  # Excel's own line that names the delimiter.
                yield cells
        except csv.Error as error:
            raise UnreadableFileError(
                f"Row {number + 1} cannot be read: {_plain(error)}"
            ) from error
        except UnicodeDecodeError as error:
            raise UnreadableFileError(
                f"After row {number} there are signs that are not "
                f"{ENCODINGS.get(layout.encoding, layout.encoding)}. Choose another encoding."
            ) from error


def _complete(file: io.TextIOBase) -> Iterator[str]:
    for line in file:
        if "\0" in line:
            raise csv.Error("it holds a NUL sign, so this is no text file")
        yield line


def _plain(error: csv.Error) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quoted cell in it never ends."
    if "field larger" in text:
        return f"a cell in it is longer than {LONGEST_CELL:,} signs. Is a quotation mark missing?"
    if "expected after" in text:
        return "there is text after the closing quotation mark of a cell."
    return f"{text}."


def _opened(path: Path, encoding: str) -> io.TextIOWrapper:
    return path.open(encoding="utf-8-sig" if encoding == "utf-8" else encoding, newline="")


def _detect_text(path: Path, head: bytes) -> Detected:
    encoding, samples = _encoding(path, head)
    try:
        with _opened(path, encoding) as file:
            start = file.read(65536)
    except UnicodeDecodeError as error:
        raise UnreadableFileError(NO_TEXT) from error
    if _NEVER_TEXT.search(start):
        raise UnreadableFileError(NO_TEXT)
    if _WEB_PAGE.match(start):
        raise UnreadableFileError(
            "This is a web page, whatever its name says. "
            "Open it in Excel and save it as .xlsx or CSV."
        )
    return Detected(
        Layout(encoding=encoding, delimiter=_delimiter(start)), encoding_samples=samples
    )


def _encoding(path: Path, head: bytes) -> tuple[str, dict[str, str]]:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", {}
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16", {}
    zeros = head.count(b"\0")
    if zeros > len(head) // 3:
        return ("utf-16-be" if head[0] == 0 else "utf-16-le"), {}
    if _is_all(path, "utf-8"):
        return "utf-8", {}
    likely = (name for name in EIGHT_BIT if _is_all(path, name, but=_UNLIKELY))
    return next(likely, "iso-8859-1"), _samples(path)


def _is_all(path: Path, encoding: str, *, but: re.Pattern[str] | None = None) -> bool:
    """Whether every sign of the file is one of the encoding, and none is one of ``but``."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                text = decoder.decode(block)
                if but and but.search(text):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _samples(path: Path) -> dict[str, str]:
    """Return, for each encoding, some of the file's words that differ between encodings."""
    words: list[bytes] = []
    with path.open("rb") as file:
        for line in file:
            for word in line.replace(b",", b" ").replace(b";", b" ").replace(b'"', b" ").split():
                if len(words) < 6 and not word.isascii() and word not in words:
                    words.append(word[:40])
    return {name: " ".join(word.decode(name, "replace") for word in words) for name in EIGHT_BIT}


def _delimiter(start: str) -> str:
    """Return the delimiter under which the first rows agree best on the number of their cells."""
    if start[:4].lower() == "sep=" and start[4:5] in DELIMITERS:
        return start[4]
    scores = {}
    for delimiter in DELIMITERS:
        widths = Counter(_widths(start, delimiter))
        width, times = max(widths.items(), key=lambda item: (item[0] > 1, item[1]), default=(1, 0))
        scores[delimiter] = (width > 1, times / max(1, widths.total()), width)
    return max(scores, key=lambda delimiter: scores[delimiter])


def _widths(start: str, delimiter: str) -> Iterator[int]:
    lines = start.splitlines(keepends=True)
    try:
        for cells in islice(csv.reader(lines, delimiter=delimiter), SAMPLE_ROWS):
            if any(cells):
                yield len(cells)
    except csv.Error:
        return


def _line(cells: list[Cell]) -> str:
    return " ".join(" ".join(map(str, cells)).split())[:100]
