"""What has been decided about an import, and what was read of its file: kept as JSON on the run."""

import re
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from imports.engine.layout import Layout

ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")
# A first line or membership without a start day holds since ever.
SINCE_EVER = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Format:
    """How the cells of one column are written: ``order`` of dates, decimal ``mark``, ``scale``.

    ``days``: midnights in UTC stand for the days of their dates, whatever the organisation's zone.
    """

    order: str = ""
    mark: str = ""
    scale: int = 1
    days: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text stands for: the row ``target``, something to ``create``, or nothing (``blank``).

    ``kind`` and ``order`` are those of a stage to be made; 0 leaves its place to its name.
    """

    target: int | None = None
    create: bool = False
    blank: bool = False
    kind: str = ""
    order: int = 0


@dataclass(slots=True)
class Options:
    """The decisions about one import. ``mapping`` gives the field of each column by its place."""

    layout: Layout
    as_of: date
    currency: str
    mapping: dict[int, str] = field(default_factory=dict)
    formats: dict[int, Format] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    create: list[str] = field(default_factory=list)
    salesforce_ids: bool = False
    encoding_told: bool = False
    open_stage: str = ""
    # Of which deals without an amount, open, won or lost, the list price is taken.
    list_price: list[str] = field(default_factory=list)
    # Whether closed deals without a day get that of the data.
    undated: bool = False
    # Whether a cell that says N/A, NULL or - is blank.
    blank_words: bool = False
    skip_refused: bool = False
    since: date = SINCE_EVER

    def to_json(self) -> dict[str, Any]:
        return {
            **asdict(self),
            "as_of": self.as_of.isoformat(),
            "since": self.since.isoformat(),
            "mapping": {str(place): name for place, name in self.mapping.items()},
            "formats": {str(place): asdict(found) for place, found in self.formats.items()},
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Options":
        return cls(
            **{
                **stored,
                "layout": Layout.from_json(stored["layout"]),
                "as_of": date.fromisoformat(stored["as_of"]),
                "since": date.fromisoformat(stored["since"]),
                "mapping": {int(place): name for place, name in stored["mapping"].items()},
                "formats": {int(place): Format(**f) for place, f in stored["formats"].items()},
                "answers": {text: Answer(**a) for text, a in stored["answers"].items()},
            }
        )

    def columns_of(self, name: str) -> list[int]:
        """Return the places of the columns that fill the field, in the file's order."""
        return sorted(place for place, mapped in self.mapping.items() if mapped == name)

    def maps(self, *names: str) -> bool:
        """Whether any of the fields has a column."""
        return any(mapped in names for mapped in self.mapping.values())


@dataclass(slots=True)
class ColumnProfile:
    """What a column holds. The evidence is that of DateEvidence and NumberEvidence, in short."""

    label: str
    filled: int = 0
    samples: list[str] = field(default_factory=list)
    dates: int = 0
    not_dates: int = 0
    date_order: str = ""
    date_certain: bool = True
    date_example: str = ""
    date_fits: dict[str, int] = field(default_factory=dict)
    only_midnights: bool = False
    # The newest day that is not to come, "" where the dates leave a choice or there are none.
    newest: str = ""
    numbers: int = 0
    not_numbers: int = 0
    number_mark: str = ""
    number_certain: bool = True
    number_example: str = ""
    number_fits: dict[str, int] = field(default_factory=dict)
    salesforce_ids: bool = False

    @property
    def is_of_dates(self) -> bool:
        return self.dates >= max(1, self.not_dates)

    @property
    def plain_dates(self) -> str:
        """How the dates are written where that needs no choice, "" where it does."""
        if not self.is_of_dates or self.date_fits or not self.samples:
            return ""
        is_iso = all(ISO.match(sample) for sample in self.samples)
        return "as year, month, day (2026-12-31)" if is_iso else f"such as {self.samples[0]}"

    @property
    def is_of_numbers(self) -> bool:
        return self.numbers >= max(1, self.not_numbers)

    @property
    def has_marks(self) -> bool:
        """Whether the numbers hold marks, so that it matters which one is decimal."""
        return not self.number_certain or len(set(self.number_fits.values())) > 1


@dataclass(slots=True)
class Profile:
    """What the first reading of a file found."""

    columns: list[ColumnProfile]
    rows: int
    program: str
    signature: str
    sure: list[int]
    sheets: list[str]
    encoding_samples: dict[str, str]
    notices: list[str]
    remembered: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Profile":
        columns = [ColumnProfile(**column) for column in stored["columns"]]
        return cls(**{**stored, "columns": columns})
