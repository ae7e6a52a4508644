"""What became of the deals that should have closed in a period. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kit.enums import Labelled
from kit.periods import Period


class Fate(Labelled):
    """What became of a deal that was expected to close in the period at its start."""

    WON = "won"
    LOST = "lost"
    PUSHED_OUT = "pushed_out"
    OVERDUE = "overdue", "Left overdue"
    BROUGHT_FORWARD = "brought_forward"
    UNDATED = "undated", "Without a date"
    ARCHIVED = "archived"
    DUE = "due", "Still due"


# Those that left the period without a closing, or stand there after its end.
MOVED = (Fate.PUSHED_OUT, Fate.OVERDUE, Fate.BROUGHT_FORWARD, Fate.UNDATED)


@dataclass(frozen=True, slots=True)
class Promise:
    """A deal expected to close in the period, with its amount in cents at the start."""

    deal: int
    person: int
    cents: int
    fate: Fate
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Promises:
    """How many deals had each fate, and their amounts in cents at the start."""

    deals: Mapping[Fate, int]
    cents: Mapping[Fate, int]

    @property
    def expected(self) -> int:
        return sum(self.deals.values())

    @property
    def expected_cents(self) -> int:
        return sum(self.cents.values())

    @property
    def moved(self) -> int:
        return sum(self.deals[fate] for fate in MOVED)

    @property
    def moved_cents(self) -> int:
        return sum(self.cents[fate] for fate in MOVED)


def fate_of(
    *,
    status: str,
    archived: bool,
    close_on: date | None,
    closed_on: date | None,
    period: Period,
    is_over: bool,
) -> Fate:
    """Return what became of a deal by how it was at the period's end, or stands while it runs.

    A deal that closed on a day outside of the period was moved first: before it, brought forward.
    """
    if archived:
        return Fate.ARCHIVED
    if closed_on is not None and closed_on in period:
        return Fate.WON if status == "won" else Fate.LOST
    day = closed_on or close_on
    if day is None:
        return Fate.UNDATED
    if day not in period:
        return Fate.BROUGHT_FORWARD if day < period.start else Fate.PUSHED_OUT
    return Fate.OVERDUE if is_over else Fate.DUE


def promises(rows: Iterable[Promise]) -> Promises:
    """Return the deals by what became of them; each has one fate."""
    deals, cents = dict.fromkeys(Fate, 0), dict.fromkeys(Fate, 0)
    for row in rows:
        deals[row.fate] += 1
        cents[row.fate] += row.cents
    return Promises(deals, cents)


def slip_rate(found: Promises) -> Decimal | None:
    """Return the share of the deals expected to close in the period that moved out of it.

    Name: Slip rate, moved only
    Formula: (pushed out + overdue at the end + brought forward + without a date) / expected
    Unit: a share
    Denominator: deals open at the period's start and then expected to close in it
    Placed by: the expected close at the period's start
    Credited to: the owner at the period's start
    Left out: deals that came into the period later; a loss is no slip
    Undefined: when no deal was expected; while the period runs it still rises
    Source: petavue.com, "Deal slippage"
    """
    return Decimal(found.moved) / found.expected if found.expected else None


def miss_rate(found: Promises) -> Decimal | None:
    """Return the share of the deals expected to close in the period that were not won in it.

    Name: Slip rate, strict
    Formula: (expected - won in the period) / expected
    Unit: a share
    Denominator: deals open at the period's start and then expected to close in it
    Placed by: the expected close at the period's start
    Credited to: the owner at the period's start
    Left out: deals that came into the period later
    Undefined: when no deal was expected; while the period runs it still falls
    Source: getchief.com, "Slip rate": a loss counts as a miss
    """
    missed = found.expected - found.deals[Fate.WON]
    return Decimal(missed) / found.expected if found.expected else None


def slip_rate_by_value(found: Promises) -> Decimal | None:
    """Return the amount that moved out of the period / the amount expected in it.

    Name: Slip rate, by value
    Formula: sum of the amounts that moved / sum of the amounts expected, as at the start
    Unit: a share
    Denominator: amounts of the deals expected, as they were at the period's start
    Placed by: the expected close at the period's start
    Credited to: the owner at the period's start
    Left out: deals without an amount then
    Undefined: when nothing was expected
    Source: own, beside petavue.com, "Deal slippage"
    """
    whole = found.expected_cents
    return Decimal(found.moved_cents) / whole if whole else None


def push_rate(pushed: int, *, of: int) -> Decimal | None:
    """Return the share of the worked deals whose expected close was moved to a later day.

    Name: Push rate
    Formula: deals pushed at least once in the period / deals that were open in it
    Unit: a share
    Denominator: deals created before the period's end that were open or closed on a day of it
    Placed by: the moment of the move
    Credited to: the scope that the deal counts for at the moment
    Left out: moves to an earlier day; archived deals
    Undefined: when no deal was open
    Source: pulserevops.com, "Push count": pulls forward are no pushes
    """
    return Decimal(pushed) / of if of else None
