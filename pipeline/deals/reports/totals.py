"""How many deals a list has, and what they add up to."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet

from kit.sql import fetch, named, read
from kit.tables import COUNT_CAP
from pipeline.enums import Status

TOTALS = read("pipeline/deals/sql/totals.sql")


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
    rows = rows.order_by().values("pk", "status", "amount", "amount_base")
    text, values = named(rows if cap is None else rows[: cap + 1])
    parts = {status: part for status, *part in fetch(TOTALS.format(rows=text), values)}
    by_status = tuple(
        StatusTotal(status.capitalize(), *parts[status][:2]) for status in Status if status in parts
    )
    count = sum(each.count for each in by_status)
    if cap is not None and count > cap:
        return Totals(cap, None, None, capped=True)
    return Totals(
        count,
        sum((each.amount for each in by_status), Decimal(0)),
        sum(unpriced for *_, unpriced in parts.values()),
        by_status=by_status if len(by_status) > 1 else (),
    )


def residual(whole: Totals, seen: Totals) -> Totals | None:
    """Return what the whole holds beyond the rows seen, or None where they are the same."""
    if whole == seen or whole.amount is None or seen.amount is None:
        return None
    if whole.unpriced is None or seen.unpriced is None:
        return None
    return Totals(
        whole.count - seen.count, whole.amount - seen.amount, whole.unpriced - seen.unpriced
    )
