"""The columns of the deals behind a bar of the waterfall, and what each bar means."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from kit.display import DASH, day, money
from kit.money import from_cents
from kit.tables import Column
from pipeline.enums import CATEGORY_LABELS, Category, Movement, Status, Unit
from pipeline.models.deals import DealVersion
from pipeline.reports.changed_deals import ChangedDeal
from pipeline.tables.deals import TONES, deal_href

# What each bar says of its deals, one or many, completing "3 deals ...".
MOVEMENT_NOTES = {
    Movement.NEW: "created since",
    Movement.PULLED_IN: "expected later, or on no day, then and in the period now",
    Movement.SLID_IN: "overdue from before the period, now expected in it",
    Movement.REOPENED: "closed then and open again",
    Movement.RESTORED: "back from the archive",
    Movement.OWNER_IN: "taken over from an owner outside",
    Movement.SEAT_IN: "here with an owner, or an account, that joined",
    Movement.CROSSED_IN: "here from another pipeline",
    Movement.INCREASED: "with a larger amount, by what it grew",
    Movement.DECREASED: "with a smaller amount, by what it fell",
    Movement.RATE: "with the same amount in its currency at another exchange rate",
    Movement.ADVANCED: "moved to a stage of higher probability",
    Movement.WENT_BACK: "moved to a stage of lower probability",
    Movement.DEFINITION: "in a stage whose probability was set anew",
    Movement.PUSHED_OUT: "now expected after the period, or on no day",
    Movement.BROUGHT_FORWARD: "now expected before the period",
    Movement.WON: "won in the period",
    Movement.WON_ELSEWHERE: "won, but on a day of another period",
    Movement.LOST: "lost",
    Movement.REMOVED: "put into the archive",
    Movement.OWNER_OUT: "handed to an owner outside",
    Movement.SEAT_OUT: "gone with the owner, or the account",
    Movement.CROSSED_OUT: "gone to another pipeline",
}


def in_words(value: int, unit: Unit) -> Decimal:
    """Return a number of a waterfall in what its page shows: deals, or money in whole units."""
    return Decimal(value) if unit is Unit.DEALS else from_cents(value)


def _amount(version: DealVersion) -> str:
    return money(version.amount_base)


def _close(version: DealVersion) -> str:
    return day(version.expected_close_on)


def _stage(version: DealVersion) -> str:
    return version.stage.name


def _owner(version: DealVersion) -> str:
    return version.owner.full_name


def _category(version: DealVersion) -> str:
    return CATEGORY_LABELS[Category(version.category)]


def was(read: Callable[[DealVersion], str]) -> Callable[[Any], str]:
    """Return what a part of a row's ``now`` read in its ``was``, where that is another."""

    def sub(row: Any) -> str:
        before = read(row.was) if row.was else ""
        return f"was {before or DASH}" if row.was and before != read(row.now) else ""

    return sub


def changed_columns(unit: Unit) -> list[Column]:
    """Return the columns of the deals of a bar; ``Moved`` adds up to the bar."""
    return [
        Column(
            key="name",
            label="Deal",
            sort="name",
            value=lambda row: row.now.name,
            href=_href,
            sub=_account,
        ),
        Column(
            key="value",
            label="Moved",
            sort="value",
            kind="count" if unit is Unit.DEALS else "money",
            value=lambda row: in_words(row.value, unit),
        ),
        Column(
            key="amount",
            label="Amount",
            sort="amount",
            kind="money",
            value=lambda row: row.now.amount_base,
            sub=was(_amount),
        ),
        Column(
            key="stage",
            label="Stage",
            sort="stage",
            kind="badge",
            value=lambda row: _stage(row.now),
            tone=lambda row: TONES[Status(row.now.status)],
            sub=was(_stage),
        ),
        Column(
            key="category",
            label="Category",
            sort="category",
            value=lambda row: _category(row.now),
            sub=was(_category),
        ),
        Column(
            key="close",
            label="Expected close",
            sort="close",
            kind="day",
            value=lambda row: row.now.expected_close_on,
            sub=was(_close),
        ),
        Column(
            key="owner",
            label="Owner",
            sort="owner",
            value=lambda row: _owner(row.now),
            sub=was(_owner),
        ),
    ]


def with_second_lines(columns: Iterable[Column]) -> list[Column]:
    """Return columns for a file: what the page says in a second line has its own column."""
    found: list[Column] = []
    for column in columns:
        found.append(column)
        if column.sub is not None:
            found.append(
                Column(key=f"{column.key}_more", label=f"{column.label}: more", value=_text(column))
            )
    return found


def _text(column: Column) -> Callable[[Any], str]:
    sub = column.sub
    return lambda row: sub(row) if sub else ""


def _href(row: ChangedDeal) -> str:
    return deal_href(row.now)


def _account(row: ChangedDeal) -> str:
    return row.now.account.name if row.now.account else ""
