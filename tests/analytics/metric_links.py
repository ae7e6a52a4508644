"""Following the links of a page of metrics to the rows behind each figure."""

from collections.abc import Iterable, Iterator
from functools import cache, partial

from django.http import HttpResponse
from django.test import Client

from analytics.metrics.reports.rows import Rows
from kit.charts import Chart
from kit.tables import Table
from tests.pages import undrawn


def linked_counts(response: HttpResponse) -> Iterator[tuple[str, str, int]]:
    """Yield what each linked number of the page's tables is, its address and the number."""
    given = [value for part in response.context for value in part.dicts for value in value.values()]
    tables = {id(found): found for found in map(_table, given) if found is not None}
    for table in tables.values():
        feet = [table.foot] if table.total is not None else []
        for row in [*table.body, *feet]:
            for cell in row:
                if cell.href and cell.column.kind == "count":
                    what = f"{table.caption}: {row[0].text}, {cell.column.label}"
                    yield what, cell.href, int(cell.text.replace(",", ""))


def _table(value: object) -> Table | None:
    if isinstance(value, Chart):
        return value.table
    return value if isinstance(value, Table) else None


def wrong_links(
    client: Client, links: Iterable[tuple[str, str, int]]
) -> list[tuple[str, int, int]]:
    """Return what each number that differs from its rows is, the number and how many there are.

    Several numbers have one address, which is asked once.
    """
    behind = cache(partial(rows_behind, client))
    return [
        (what, number, found) for what, href, number in links if (found := behind(href)) != number
    ]


def rows_behind(client: Client, href: str) -> int:
    """Return how many deals the page of an address lists and sums up, on all of its pages."""
    with undrawn():
        found = client.get(href).context["found"]
    if isinstance(found, Rows):
        assert found.page.total == found.count - found.hidden
        return found.count
    elsewhere = found.elsewhere.count if found.elsewhere else 0
    return found.totals.count + elsewhere
