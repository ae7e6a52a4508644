"""Tables as data: one list of columns drives the HTML table, its sorting, pages and download."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Literal, TypeVar, get_args
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy

from kit.display import DASH, FORMATS

NumberKind = Literal["money", "money_exact", "count", "percent", "ratio", "days"]
Kind = NumberKind | Literal["text", "day", "moment", "badge"]
NUMBER_KINDS = frozenset(get_args(NumberKind))
Rows = TypeVar("Rows", bound=QuerySet)
Query = Mapping[str, Any]
PAGE_SIZE = 50
LARGEST_PAGE = 100
COUNT_CAP = 10_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows. ``total`` is exact up to COUNT_CAP; ``capped`` says there are more."""

    rows: Sequence[Any]
    number: int
    size: int
    total: int
    capped: bool

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        return (self.number - 1) * self.size + 1 if self.rows else 0

    @property
    def last_row(self) -> int:
        return (self.number - 1) * self.size + len(self.rows)

    @property
    def range_text(self) -> str:
        """Where in the rows this page is: "51 to 100 of 340", or "of 10,000+" past the cap."""
        total = f"{self.total:,}+" if self.capped else f"{self.total:,}"
        return f"{self.first_row:,} to {self.last_row:,} of {total}"

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.last


class UnknownSortError(ValueError):
    """The address asks for an order that the table does not offer."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Where a cell's value is changed: a form that comes into the cell, or a page with it."""

    href: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it is called, how its values read, and where they come from.

    ``value`` takes a row and returns the raw value (default: the row's attribute or item
    ``key``); ``href`` the address the cell links to, or None; both may be a path, see ``at``.
    ``tone`` is a badge's colour role; ``muted`` greys what rests on too little to lean on; ``sub``
    is a second, smaller line, "" for none; ``edit`` is where the value is changed in its place.
    ``sort`` is the ORM field to order by ("owner__full_name"); without one the column cannot be
    sorted. ``note`` explains the heading. ``export=False`` keeps it out of downloads; ``wide``
    gives sentences room, ``clip`` keeps a long text on one line.
    """

    key: str
    label: str
    kind: Kind = "text"
    value: Callable[[Any], Any] | str | None = None
    _: KW_ONLY
    sort: str | None = None
    href: Callable[[Any], str | None] | str | None = None
    tone: Callable[[Any], str] | None = None
    muted: Callable[[Any], bool] | None = None
    sub: Callable[[Any], str] | None = None
    edit: Callable[[Any], Edit | None] | None = None
    note: str = ""
    export: bool = True
    wide: bool = False
    clip: bool = False
    align: Literal["start", "end"] | None = None

    def raw(self, row: Any) -> Any:
        """Return the row's value for this column as it is, for downloads and sorting."""
        return at(row, self.key if self.value is None else self.value)

    def text(self, value: Any) -> str:
        """Return a value as it reads on the page; None and "" are an em dash."""
        if value is None or value == "":
            return DASH
        return FORMATS[self.kind](value) if self.kind in FORMATS else _words(value)

    @property
    def css(self) -> str:
        short = self.kind in {"day", "moment", "badge"}
        if self.wide or self.clip:
            return "kit-wide" if self.wide else "kit-clip"
        return "kit-end" if self.is_end else "kit-nowrap" if short else ""

    @property
    def is_end(self) -> bool:
        """Whether the column stands at the right, so that digits line up."""
        return (self.align or ("end" if self.kind in NUMBER_KINDS else "start")) == "end"


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of rows: a column's key, and the direction."""

    key: str
    descending: bool = False

    def __str__(self) -> str:
        return f"-{self.key}" if self.descending else self.key

    @classmethod
    def parse(cls, text: str, columns: Iterable[Column]) -> "Sort":
        """Read "key" or "-key"; raise UnknownSortError unless a sortable column has that key."""
        sort = cls(text.removeprefix("-"), text.startswith("-"))
        if not any(column.sort and column.key == sort.key for column in columns):
            raise UnknownSortError(f"There is no order by {text!r} here.")
        return sort

    def apply(self, rows: Rows, columns: Iterable[Column]) -> Rows:
        """Order a queryset, undefined values last, ties by primary key so that pages are stable."""
        column = _column(columns, self.key)
        expression = OrderBy(F(column.sort or ""), descending=self.descending, nulls_last=True)
        return rows.order_by(expression, "pk")

    def apply_to_list(self, rows: Iterable[Any], columns: Iterable[Column]) -> list[Any]:
        """Order rows in memory by the column's own values, undefined values last."""
        column = _column(columns, self.key)
        defined: list[Any] = []
        undefined: list[Any] = []
        for row in rows:
            (undefined if column.raw(row) is None else defined).append(row)
        return [
            *sorted(defined, key=lambda row: _key(column.raw(row)), reverse=self.descending),
            *undefined,
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What a table without rows says, and what to do next."""

    title: str
    text: str = ""
    href: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A heading as the template needs it: its words and, where sortable, the next order."""

    column: Column
    href: str | None
    state: Literal["ascending", "descending", "none"] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell as the template needs it."""

    column: Column
    text: str
    href: str | None = None
    tone: str = ""
    muted: bool = False
    sub: str = ""
    edit: Edit | None = None

    @property
    def css(self) -> str:
        return f"{self.column.css} kit-quiet".strip() if self.muted else self.column.css


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns and rows ready for ``{% data_table table=… %}``.

    ``base_query`` is the current query string's parameters (``request.GET``), which sort and
    page links keep. ``totals`` maps column keys to the sum shown in the foot; rows must add
    up to it. ``total`` is the whole as a row of its own, for totals that are more than sums and
    open rows too; it takes the place of ``totals``. ``sort_param`` and ``page_param`` differ
    where a page has two tables. ``file_columns`` are those of the download, where a cell of the
    page holds more than one value.
    """

    columns: Sequence[Column]
    rows: Sequence[Any]
    caption: str
    sort: Sort | None = None
    page: Page | None = None
    base_query: Query = field(default_factory=dict)
    empty: Empty = field(default_factory=lambda: Empty(title="Nothing here yet."))
    totals: Mapping[str, Any] | None = None
    totals_label: str = "Total"
    total: Any = None
    sort_param: str = "sort"
    page_param: str = "page"
    file_columns: Sequence[Column] = ()

    @classmethod
    def of_page(
        cls, page: Page, columns: Sequence[Column], *, query: Query, **options: Any
    ) -> "Table":
        """Return the table of a page; ``query`` is the current query string's parameters."""
        return cls(columns=columns, rows=page.rows, page=page, base_query=query, **options)

    @property
    def headings(self) -> list[Heading]:
        return [self._heading(column) for column in self.columns]

    @property
    def body(self) -> list[list[Cell]]:
        return [[_cell(column, row) for column in self.columns] for row in self.rows]

    @property
    def has_foot(self) -> bool:
        return self.totals is not None or self.total is not None

    @property
    def foot(self) -> list[Cell]:
        """The totals' cells: the label in the first column, a blank where nothing is summed."""
        if self.total is not None:
            return [_cell(column, self.total) for column in self.columns]
        totals = self.totals or {}
        known = {column.key for column in self.columns}
        if not totals.keys() <= known:
            raise ValueError(
                f"totals for columns that are not there: {sorted(totals.keys() - known)}"
            )
        return [
            Cell(
                column=column,
                text=column.text(totals[column.key])
                if column.key in totals
                else (self.totals_label if place == 0 else ""),
            )
            for place, column in enumerate(self.columns)
        ]

    def page_href(self, number: int) -> str:
        """Return the address of another page of this table, all else kept."""
        return query_with(self.base_query, {self.page_param: number})

    def _heading(self, column: Column) -> Heading:
        if not column.sort:
            return Heading(column=column, href=None, state=None)
        current = self.sort is not None and self.sort.key == column.key
        descending = current and self.sort is not None and self.sort.descending
        # Numbers are first wanted largest first, words from A.
        following = Sort(column.key, not descending if current else column.kind in NUMBER_KINDS)
        href = query_with(self.base_query, {self.sort_param: str(following), self.page_param: None})
        state: Literal["ascending", "descending", "none"] = "none"
        if current:
            state = "descending" if descending else "ascending"
        return Heading(column=column, href=href, state=state)


def listed(
    given: Mapping[str, Any],
    columns: Sequence[Column],
    rows: Page | QuerySet | Sequence[Any],
    *,
    caption: str,
    query: Query,
    empty: Empty,
) -> Table:
    """Return a page of rows as a table, in the order and of the number that a form was given."""
    page = rows if isinstance(rows, Page) else paginate(rows, number=given["page"])
    return Table(
        columns=columns,
        rows=page.rows,
        caption=caption,
        sort=given.get("sort"),
        page=page,
        base_query=query,
        empty=empty,
    )


def query_with(query: Query, changes: Mapping[str, Any]) -> str:
    """Return "?a=1&b=2": the query's parameters with ``changes`` put in, those None left out."""
    pairs: list[tuple[str, Any]] = []
    for key in query:
        if key not in changes:
            values = query.getlist(key) if hasattr(query, "getlist") else [query[key]]
            pairs.extend((key, value) for value in values if value not in (None, ""))
    pairs.extend((key, value) for key, value in changes.items() if value not in (None, ""))
    return f"?{urlencode(pairs)}"


def at(row: Any, where: Callable[[Any], Any] | str) -> Any:
    """Return what a function makes of a row, or what a path such as "owner.full_name" leads to.

    A path goes through attributes, items and methods, as in templates; None where one is None.
    """
    return where(row) if callable(where) else _reader(where)(row)


@cache
def _reader(path: str) -> Callable[[Any], Any]:
    names = [int(name) if name.isdecimal() else name for name in path.split(".")]

    def read(row: Any) -> Any:
        found = row
        for name in names:
            if found is None:
                break
            if isinstance(name, int) or isinstance(found, dict):
                found = found[name]
            else:
                found = getattr(found, name)
            if callable(found):
                found = found()
        return found

    return read


def _column(columns: Iterable[Column], key: str) -> Column:
    for column in columns:
        if column.key == key and column.sort:
            return column
    raise UnknownSortError(f"There is no order by {key!r} here.")


def _cell(column: Column, row: Any) -> Cell:
    return Cell(
        column=column,
        text=column.text(column.raw(row)),
        href=at(row, column.href) if column.href else None,
        tone=column.tone(row) if column.tone else "neutral",
        muted=column.muted(row) if column.muted else False,
        sub=column.sub(row) if column.sub else "",
        edit=column.edit(row) if column.edit else None,
    )


def _words(value: Any) -> str:
    """Return text as it is; a number in a text column is a mistake of kind."""
    if isinstance(value, int | float | Decimal):
        raise TypeError("a number needs a column kind that says how it reads")
    return str(value)


def _key(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value


def paginate(
    rows: QuerySet | Sequence[Any], *, number: int, size: int = PAGE_SIZE, cap: int = COUNT_CAP
) -> Page:
    """Return page ``number`` (from 1) of an ordered queryset or list, the last one beyond its end.

    Past ``cap`` rows the reader narrows the filter: deep offsets cost the database the same as
    reading everything before them.
    """
    if not 1 <= size <= LARGEST_PAGE or number < 1:
        raise ValueError(f"pages are numbered from 1 and hold 1 to {LARGEST_PAGE} rows")
    found = rows[: cap + 1].count() if isinstance(rows, QuerySet) else len(rows)
    return page_of(rows, total=found, number=number, size=size, cap=cap)


def page_of(
    rows: QuerySet | Sequence[Any],
    *,
    total: int,
    number: int,
    size: int = PAGE_SIZE,
    cap: int = COUNT_CAP,
) -> Page:
    found, total = total, min(total, cap)
    number = min(number, max(1, -(-total // size)))
    start = (number - 1) * size
    return Page(list(rows[start : start + size]), number, size, total, found > cap)
