"""Columns of the pipeline review and of pipeline changes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.review.enums import Movement, Unit
from analytics.review.reports.deals import ChangedDeal
from analytics.review.reports.inspection import Inspected
from analytics.risk.reports.words import norm_words, reason_words, waiting_words
from kit.display import DASH, ago, day, days, money
from kit.money import from_cents
from kit.tables import Column, Edit
from pipeline.deals.models.deals import DealVersion
from pipeline.deals.tables import deal_href
from pipeline.enums import CATEGORY_LABELS, Category, Status
from pipeline.stages.tables import TONES


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
        Column("name", "Deal", value="now.name", sort="name", href=_href, sub=_account),
        Column(
            "value",
            "Moved",
            "count" if unit is Unit.DEALS else "money",
            lambda row: in_words(row.value, unit),
            sort="value",
        ),
        Column("amount", "Amount", "money", "now.amount_base", sort="amount", sub=was(_amount)),
        Column(
            "stage",
            "Stage",
            "badge",
            lambda row: _stage(row.now),
            sort="stage",
            tone=lambda row: TONES[Status(row.now.status)],
            sub=was(_stage),
        ),
        Column(
            "category",
            "Category",
            value=lambda row: _category(row.now),
            sort="category",
            sub=was(_category),
        ),
        Column(
            "close", "Expected close", "day", "now.expected_close_on", sort="close", sub=was(_close)
        ),
        Column("owner", "Owner", value=lambda row: _owner(row.now), sort="owner", sub=was(_owner)),
    ]


def with_second_lines(columns: Iterable[Column]) -> list[Column]:
    """Return columns for a file: what the page says in a second line has its own column."""
    found: list[Column] = []
    for column in columns:
        found.append(column)
        if column.sub is not None:
            found.append(Column(f"{column.key}_more", f"{column.label}: more", value=_text(column)))
    return found


def _text(column: Column) -> Callable[[Any], str]:
    sub = column.sub
    return lambda row: sub(row) if sub else ""


def _href(row: ChangedDeal) -> str:
    return deal_href(row.now)


def _account(row: ChangedDeal) -> str:
    return row.now.account.name if row.now.account else ""


Read = Callable[[DealVersion], str]


def _money(version: DealVersion) -> str:
    return money(version.amount_base)


def _named(row: Inspected) -> str:
    account = row.now.account.name if row.now.account else ""
    owner = row.now.owner.full_name
    if row.was is not None and row.was.owner_id != row.now.owner_id:
        owner = f"{owner} (was {row.was.owner.full_name})"
    new = "new since" if row.was is None else ""
    return " · ".join(part for part in (account, owner, new) if part)


def _close_sub(row: Inspected) -> str:
    changed = was(lambda version: day(version.expected_close_on))(row)
    moves = row.standing.moves
    if not moves.pushes:
        return changed
    times = "once" if moves.pushes == 1 else f"{moves.pushes} times"
    pushed = f"pushed {times}, first {day(moves.original)}"
    return f"{changed}; {pushed}" if changed else pushed


def _stage_sub(row: Inspected) -> str:
    changed = was(lambda version: version.stage.name)(row)
    if row.now.status != Status.OPEN:
        return changed
    here = f"{days(row.standing.stage_days)}, {norm_words(row.standing.norm)}"
    return f"{here}; {changed}" if changed else here


def _step_sub(row: Inspected) -> str:
    if row.now.status != Status.OPEN:
        return ""
    step = ""
    if row.now.next_step_on is not None:
        overdue = row.now.next_step_on < row.report_view.day
        step = f"{'overdue since' if overdue else 'by'} {day(row.now.next_step_on)}"
    return "; ".join(filter(None, [step, waiting_words(row.standing, day=row.report_view.day)]))


def _touched(row: Inspected) -> str:
    deal = row.standing
    return (
        ago(row.report_view.day - timedelta(days=deal.quiet_days), row.report_view.day)
        if deal.touched
        else "never"
    )


def _people(row: Inspected) -> str:
    people = row.standing.people
    return "" if not people else f"with {people} contact{'s' if people != 1 else ''}"


def _health(row: Inspected) -> int | None:
    return row.health.score if row.health else None


def _risk(row: Inspected) -> str:
    return (
        reason_words(row.reasons[0], row.standing, day=row.report_view.day) if row.reasons else ""
    )


def _more_risks(row: Inspected) -> str:
    return "; ".join(
        reason_words(reason, row.standing, day=row.report_view.day) for reason in row.reasons[1:]
    )


REVIEW: list[Column] = [
    Column(
        "name",
        "Deal",
        value="now.name",
        sort="name",
        href=lambda row: deal_href(row.now),
        sub=_named,
        wide=True,
    ),
    Column("amount", "Amount", "money", "now.amount_base", sort="amount_base", sub=was(_money)),
    Column(
        "risk",
        "Risk",
        value=_risk,
        sub=_more_risks,
        wide=True,
        note="Why it is at risk, by the signals that an admin sets up. Quiet is a lack of touch, "
        "stalled a lack of progress.",
    ),
    Column(
        "health",
        "Health",
        "count",
        _health,
        note="Points kept of a hundred; the deal's page shows its parts.",
    ),
    Column(
        "stage",
        "Stage",
        "badge",
        "now.stage.name",
        note="Days in it so far, beside the median and upper quartile of won deals, or the days "
        "that its set-up expects where too few were won.",
        tone=lambda row: TONES[Status(row.now.status)],
        sub=_stage_sub,
    ),
    Column(
        "close",
        "Expected close",
        "day",
        "now.expected_close_on",
        sort="expected_close_on",
        sub=_close_sub,
    ),
    Column("next_step", "Next step", value="now.next_step", sub=_step_sub, wide=True),
    Column(
        "touched",
        "Last touch",
        value=_touched,
        sub=_people,
        note="The last call, e-mail or meeting on the deal, and the contacts in any of them.",
    ),
    Column("category", "Category", value=lambda row: _category(row.now), sub=was(_category)),
]


MOVED = Column(
    "moved",
    "Moved",
    "money",
    lambda row: None if row.moved is None else from_cents(row.moved),
    note="What the deal adds to the total above.",
)


def with_moved(columns: list[Column], show: str) -> list[Column]:
    """Return the columns, with what each deal moved beside its amount where a movement is shown."""
    if show not in set(Movement):
        return columns
    after = 1 + next(place for place, column in enumerate(columns) if column.key == "amount")
    return [*columns[:after], MOVED, *columns[after:]]


# Columns whose value is changed in its place, and the part of the deal that it is.
EDITED = {"amount": "amount", "close": "close", "next_step": "next-step", "category": "category"}


def editable_columns(back: str) -> list[Column]:
    """Return the columns with links that change open deals in place and lead ``back``."""
    return [
        replace(column, edit=_edit(column, EDITED[column.key], back))
        if column.key in EDITED
        else column
        for column in REVIEW
    ]


def _edit(column: Column, part: str, back: str) -> Callable[[Inspected], Edit | None]:
    def edit(row: Inspected) -> Edit | None:
        if row.health is None:
            return None
        address = reverse("analytics:deal-part", args=[row.now.deal_id, part])
        label = f"Change {column.label.lower()} of {row.now.name}"
        return Edit(f"{address}?{urlencode({'next': back})}", label)

    return edit


def download_columns(show: str) -> list[Column]:
    """Return the columns of the file."""
    return with_second_lines(with_moved(REVIEW, show))
