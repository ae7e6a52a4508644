"""How many deals a list has, and what they add up to."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from kit.tables import COUNT_CAP
from pipeline.enums import Status


@dataclass(frozen=True, slots=True)
class Totals:
    """How many deals, their amount in the reporting currency, and how many have no amount.

    ``amount`` and ``unpriced`` are None where there are more deals than were counted
    (``capped``): a sum over some of them would say nothing.
    """

    count: int
    amount: Decimal | None
    unpriced: int | None
    capped: bool = False
    by_status: tuple["StatusTotal", ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class StatusTotal:
    """The deals of one status among others: how many, and their amount."""

    label: str
    count: int
    amount: Decimal


def deal_totals(rows: QuerySet, *, cap: int | None = COUNT_CAP) -> Totals:
    """Add up deals or versions; past ``cap`` rows (None: never) only say that there are more."""
    rows = rows.order_by()
    if cap is not None:
        rows = rows[: cap + 1]
    found = rows.aggregate(
        rows=Count("pk"),
        total=Sum("amount_base", default=Decimal(0)),
        without=Count("pk", filter=Q(amount__isnull=True)),
        **{f"{status}_rows": Count("pk", filter=Q(status=status)) for status in Status},
        **{
            f"{status}_total": Sum("amount_base", filter=Q(status=status), default=Decimal(0))
            for status in Status
        },
    )
    if cap is not None and found["rows"] > cap:
        return Totals(cap, None, None, capped=True)
    by_status = [
        StatusTotal(status.capitalize(), found[f"{status}_rows"], found[f"{status}_total"])
        for status in Status
    ]
    there = tuple(each for each in by_status if each.count)
    mixed = there if len(there) > 1 else ()
    return Totals(found["rows"], found["total"], found["without"], by_status=mixed)


def residual(whole: Totals, seen: Totals) -> Totals | None:
    """Return what the whole holds beyond the rows seen, or None where they are the same."""
    if whole == seen or whole.amount is None or seen.amount is None:
        return None
    if whole.unpriced is None or seen.unpriced is None:
        return None
    return Totals(
        whole.count - seen.count, whole.amount - seen.amount, whole.unpriced - seen.unpriced
    )
