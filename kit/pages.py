"""Page numbers over long lists: never more than a hundred rows, never a count of millions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

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
        """The number of the last page that can be opened; 1 when there are no rows."""
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


def paginate(
    rows: QuerySet | Sequence[Any], *, number: int, size: int = PAGE_SIZE, cap: int = COUNT_CAP
) -> Page:
    """Return page ``number`` (from 1) of an ordered queryset or list.

    A number beyond the end gives the last page, so that a bookmark still works when rows have
    gone. Past ``cap`` rows the reader narrows the filter: deep offsets cost the database the
    same as reading everything before them. A size above LARGEST_PAGE raises ValueError.
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
    """Return a page of rows whose number is known already; see ``paginate``."""
    found, total = total, min(total, cap)
    number = min(number, max(1, -(-total // size)))
    start = (number - 1) * size
    return Page(list(rows[start : start + size]), number, size, total, found > cap)
