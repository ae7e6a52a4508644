"""Columns of the pipeline review and of pipeline changes."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from analytics.review.enums import Movement, Unit
from analytics.review.metrics import in_words
from analytics.review.reports.inspection import Inspected
from analytics.risk.reports.attention import norm_words, reason_words, waiting_words
from kit.display import DASH, ago, day, days, money
from kit.money import from_cents
from kit.tables import Column, Edit, at
from pipeline.deals.tables import deal_href
from pipeline.enums import CATEGORY_LABELS, Category, Status
from pipeline.stages.tables import TONES


def _category(name: str) -> str:
    return CATEGORY_LABELS[Category(name)]


def was(path: str, words: Callable[[Any], str] = str) -> Callable[[Any], str]:
    """Return what a part of a row's ``now`` read in its ``was``, where that is another."""

    def sub(row: Any) -> str:
        if row.was is None:
            return ""
        before = words(at(row.was, path))
        return f"was {before or DASH}" if before != words(at(row.now, path)) else ""

    return sub


def _of_category(row: Any) -> str:
    return _category(row.now.category)


def _href(row: Any) -> str:
    return deal_href(row.now)


def _tone(row: Any) -> str:
    return TONES[Status(row.now.status)]


def changed_columns(unit: Unit) -> list[Column]:
    """Return the columns of the deals of a bar; ``Moved`` adds up to the bar."""
    counted = unit is Unit.DEALS
    close, stage = was("expected_close_on", day), was("stage.name")
    return [
        Column("name", "Deal", value="now.name", sort="name", href=_href, sub=_account),
        Column(
            "value",
            "Moved",
            "count" if counted else "money",
            lambda row: in_words(row.value, unit),
            sort="value",
        ),
        Column("amount", "Amount", "money", "now.amount_base", sort="amount", sub=WAS_AMOUNT),
        Column("stage", "Stage", "badge", "now.stage.name", sort="stage", tone=_tone, sub=stage),
        Column("category", "Category", value=_of_category, sort="category", sub=WAS_CATEGORY),
        Column("close", "Expected close", "day", "now.expected_close_on", sort="close", sub=close),
        Column(
            "owner", "Owner", value="now.owner.full_name", sort="owner", sub=was("owner.full_name")
        ),
    ]


WAS_AMOUNT, WAS_CATEGORY = was("amount_base", money), was("category", _category)


def with_second_lines(columns: Iterable[Column]) -> list[Column]:
    """Return columns for a file: what the page says in a second line has its own column."""
    found: list[Column] = []
    for column in columns:
        found.append(column)
        if column.sub is not None:
            found.append(Column(f"{column.key}_more", f"{column.label}: more", value=column.sub))
    return found


def _account(row: Any) -> str:
    return row.now.account.name if row.now.account else ""


def _named(row: Inspected) -> str:
    owner = row.now.owner.full_name
    if row.was is not None and row.was.owner_id != row.now.owner_id:
        owner = f"{owner} (was {row.was.owner.full_name})"
    new = "new since" if row.was is None else ""
    return " · ".join(part for part in (_account(row), owner, new) if part)


def _close_sub(row: Inspected) -> str:
    changed = was("expected_close_on", day)(row)
    moves = row.standing.moves
    if not moves.pushes:
        return changed
    times = "once" if moves.pushes == 1 else f"{moves.pushes} times"
    pushed = f"pushed {times}, first {day(moves.original)}"
    return f"{changed}; {pushed}" if changed else pushed


def _stage_sub(row: Inspected) -> str:
    changed = was("stage.name")(row)
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
    if not row.standing.touched:
        return "never"
    today = row.report_view.day
    return ago(today - timedelta(days=row.standing.quiet_days), today)


def _people(row: Inspected) -> str:
    people = row.standing.people
    return "" if not people else f"with {people} contact{'s' if people != 1 else ''}"


def _risks(row: Inspected) -> list[str]:
    return [reason_words(each, row.standing, day=row.report_view.day) for each in row.reasons]


REVIEW: list[Column] = [
    Column("name", "Deal", value="now.name", sort="name", href=_href, sub=_named, wide=True),
    Column("amount", "Amount", "money", "now.amount_base", sort="amount_base", sub=WAS_AMOUNT),
    Column(
        "risk",
        "Risk",
        value=lambda row: next(iter(_risks(row)), ""),
        sub=lambda row: "; ".join(_risks(row)[1:]),
        wide=True,
        note="Why it is at risk, by the signals that an admin sets up. Quiet is a lack of touch, "
        "stalled a lack of progress.",
    ),
    Column(
        "health",
        "Health",
        "count",
        "health.score",
        note="Points kept of a hundred; the deal's page shows its parts.",
    ),
    Column(
        "stage",
        "Stage",
        "badge",
        "now.stage.name",
        note="Days in it so far, beside the median and upper quartile of won deals, or the days "
        "that its set-up expects where too few were won.",
        tone=_tone,
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
    Column("category", "Category", value=_of_category, sub=WAS_CATEGORY),
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
