"""A page of a long list in the order of what its deals belong to: account, owner or stage.

No index of deals can serve such an order, and sorting a million rows for fifty takes seconds.
So the database walks the accounts, owners or stages in their order and takes from each the first
deals by an index, until the page is full. A short list is better sorted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, Func, OuterRef, Q, QuerySet

from org.models.people import Person
from pipeline.customers.models import Account
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status
from pipeline.querysets import WITHIN
from pipeline.stages.models import Stage

Part = Callable[[int, int], QuerySet[Any, Any]]


class Unnest(Func):
    """A row for each element of an array."""

    function = "unnest"
    set_returning = True
    output_field = BigIntegerField()


@dataclass(frozen=True, slots=True)
class Grouping:
    """What deals belong to by their field ``by``, and the columns that put it in order."""

    model: Any
    by: str
    columns: tuple[str, ...]


GROUPINGS = {
    "account__name": Grouping(Account, "account", ("name",)),
    "owner__full_name": Grouping(Person, "owner", ("full_name",)),
    "stage__order": Grouping(Stage, "stage", ("pipeline__order", "pipeline_id", "order")),
}


def grouped_page(
    rows: QuerySet,
    selection: DealSelection,
    *,
    field: str,
    descending: bool,
    start: int,
    stop: int,
) -> list[Any]:
    """Return rows ``start`` to ``stop`` in the order of ``field``, one of GROUPINGS.

    As ``rows.in_order`` has them; but of two accounts or people of one name, the deals of each
    stand together.
    """
    grouping = GROUPINGS[field]
    undefined = rows.filter(**{f"{grouping.by}__isnull": True})
    groups = _groups(grouping, selection)

    def belonging(first: int, last: int) -> QuerySet:
        page = _ids(groups, grouping, rows.order_by(), descending=descending, stop=last)
        sign = "-" if descending else ""
        order = (
            f"{sign}{name}" for name in (*WITHIN.get(field, ()), field, f"{grouping.by}_id", "pk")
        )
        return rows.filter(pk__in=page[first:last]).order_by(*order)

    def belonging_nowhere(first: int, last: int) -> QuerySet:
        return undefined.order_by("-pk" if descending else "pk")[first:last]

    parts: list[Part] = [belonging]
    if rows.model._meta.get_field(grouping.by).null:  # noqa: SLF001 -- Django's public name for it
        parts.insert(0 if descending else 1, belonging_nowhere)
    return _slice(parts, start=start, stop=stop)


def _groups(grouping: Grouping, selection: DealSelection) -> QuerySet:
    """Return what the deals can belong to; open deals, say, stand in no stage of the lost."""
    groups: QuerySet = grouping.model.objects.all()
    if grouping.model is Stage and selection.is_open:
        groups = groups.filter(kind=Status.OPEN)
    if grouping.model is Stage and selection.is_closed:
        groups = groups.exclude(kind=Status.OPEN)
    if grouping.model is Stage and selection.status in set(Status):
        groups = groups.filter(kind=selection.status)
    return groups


def _ids(
    groups: QuerySet, grouping: Grouping, rows: QuerySet, *, descending: bool, stop: int
) -> QuerySet:
    sign = "-" if descending else ""
    own = rows.filter(Q(**{grouping.by: OuterRef("pk")})).order_by(f"{sign}pk").values("pk")
    ordered = groups.order_by(*(sign + name for name in (*grouping.columns, "pk")))
    return ordered.annotate(deal_pk=Unnest(ArraySubquery(own[:stop]))).values("deal_pk")


def _slice(parts: list[Part], *, start: int, stop: int) -> list[Any]:
    """Return rows ``start`` to ``stop`` of the parts laid end to end."""
    found: list[Any] = []
    for part in parts:
        some = list(part(start, stop))
        found += some
        # How many rows the part has matters only where the page begins behind it.
        passed = start + len(some) if some or not start else part(0, stop).count()
        start, stop = max(0, start - passed), max(0, stop - passed)
        if not stop:
            break
    return found
