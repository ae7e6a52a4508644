"""The first reading of a file: what its columns hold and how their cells are written."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from itertools import islice
from pathlib import Path

from imports.engine import salesforce_ids
from imports.engine.cells import tidy
from imports.engine.dates import DateEvidence
from imports.engine.dates import readings as date_readings
from imports.engine.headers import SALESFORCE, Recognised, recognise, signature
from imports.engine.layout import Detected
from imports.engine.numbers import NumberEvidence
from imports.engine.numbers import readings as number_readings
from imports.engine.options import ColumnProfile, Profile
from imports.engine.rows import RowReader, column_labels
from imports.engine.workbooks import Cell, UnreadableFileError

BATCH = 5_000
MOST_DISTINCT = 50_000
SAMPLES = 4

Progress = Callable[[int], None]


class _Column:
    """Gathers the evidence of one column; equal texts count once."""

    def __init__(self, label: str, until: date) -> None:
        self.profile = ColumnProfile(label=label)
        self.seen: set[str] = set()
        self.dates = DateEvidence(until=until)
        self.numbers = NumberEvidence()
        self.idents = self.not_idents = self.long_idents = 0

    def add(self, cells: Iterable[Cell]) -> None:
        times = Counter(cells)
        texts = set()
        for cell, count in times.items():
            if not isinstance(cell, str):
                self.profile.filled += count
                self._sample(str(cell))
                if isinstance(cell, date):
                    self.dates.see(cell)
            elif cell and not cell.isspace():
                self.profile.filled += count
                texts.add(tidy(cell))
        fresh = texts - self.seen
        if len(self.profile.samples) < SAMPLES:
            for text in islice(sorted(fresh), SAMPLES):
                self._sample(text)
        if len(self.seen) < MOST_DISTINCT:
            self.seen |= fresh
        self.dates.add(fresh)
        self.numbers.add(fresh)
        idents = [text for text in fresh if salesforce_ids.is_plausible(text)]
        self.idents += len(idents)
        self.long_idents += sum(len(text) == 18 for text in idents)
        self.not_idents += len(fresh) - len(idents)

    def _sample(self, text: str) -> None:
        if len(self.profile.samples) < SAMPLES and text[:80] not in self.profile.samples:
            self.profile.samples.append(text[:80])

    def done(self, *, from_salesforce: bool) -> ColumnProfile:
        found = self.profile
        found.dates, found.date_certain = self.dates.dates, self.dates.is_certain
        found.not_dates, found.not_numbers = self.dates.others, self.numbers.others
        found.date_order = str(self.dates.suggestion or "")
        found.newest = self.dates.newest.isoformat() if self.dates.newest else ""
        found.date_example = self.dates.contradiction or self.dates.example
        found.only_midnights = self.dates.only_midnights
        found.date_fits = {str(order): count for order, count in self.dates.fits.items()}
        found.numbers, found.number_certain = self.numbers.numbers, self.numbers.is_certain
        found.number_mark = str(self.numbers.suggestion or "")
        found.number_example = self.numbers.example
        found.number_fits = {str(mark): count for mark, count in self.numbers.fits.items()}
        found.salesforce_ids = bool(
            self.idents and not self.not_idents and (self.long_idents or from_salesforce)
        )
        return found


def profile(
    path: Path,
    detected: Detected,
    *,
    kind: str,
    most_rows: int,
    today: date,
    progress: Progress,
) -> Profile:
    """Read the file once and say what it holds. ``progress`` is told the rows read so far."""
    reader = RowReader(path, detected.layout)
    columns = [_Column(label, today) for label in column_labels(reader.header)]
    rows = reader.rows()
    while batch := list(islice(rows, BATCH)):
        if reader.seen > most_rows:
            raise UnreadableFileError(
                f"The file has more than {most_rows:,} rows. Split it into smaller files."
            )
        whole = [row.cells for row in batch if not row.fault]
        for column, cells in zip(columns, zip(*whole, strict=True), strict=False):
            column.add(cells)
        progress(reader.seen)
    if not reader.seen:
        raise UnreadableFileError("The file has a header but no rows below it.")
    recognised = recognise(kind, reader.header)
    from_salesforce = recognised.program == SALESFORCE
    return Profile(
        columns=[column.done(from_salesforce=from_salesforce) for column in columns],
        rows=reader.seen,
        program=recognised.program,
        signature=signature(reader.header),
        sure=sorted(place for place, match in recognised.matches.items() if match.sure),
        sheets=detected.sheets,
        encoding_samples=detected.encoding_samples,
        notices=[*detected.notices, *reader.notices(), *_without_header(reader.header, recognised)],
    )


def _without_header(header: list[str], recognised: Recognised) -> list[str]:
    """Say so where the header looks like a row: none of it is known, and some is a value."""
    values = [text for text in header if date_readings(text) or number_readings(text)]
    if recognised.matches or not values:
        return []
    example = f"The first row looks like data, such as “{values[0]}”"
    return [f"{example}: add a row of headers to the file, or choose the row that holds them."]
