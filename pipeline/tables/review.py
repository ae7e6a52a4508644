"""The columns of the inspection of a pipeline."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

from django.urls import reverse

from kit.display import ago, day, days, money
from kit.money import from_cents
from kit.tables import Column, Edit
from pipeline.enums import CATEGORY_LABELS, Category, Movement, Status
from pipeline.models.deals import DealVersion
from pipeline.reports.inspection import Inspected
from pipeline.reports.risk_words import norm_words, reason_words, waiting_words
from pipeline.tables.changes import was, with_second_lines
from pipeline.tables.deals import TONES, deal_href

Read = Callable[[DealVersion], str]


def _money(version: DealVersion) -> str:
    return money(version.amount_base)


def _category(version: DealVersion) -> str:
    return CATEGORY_LABELS[Category(version.category)]


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
        overdue = row.now.next_step_on < row.look.day
        step = f"{'overdue since' if overdue else 'by'} {day(row.now.next_step_on)}"
    return "; ".join(filter(None, [step, waiting_words(row.standing, day=row.look.day)]))


def _touched(row: Inspected) -> str:
    deal = row.standing
    return (
        ago(row.look.day - timedelta(days=deal.quiet_days), row.look.day)
        if deal.touched
        else "never"
    )


def _people(row: Inspected) -> str:
    people = row.standing.people
    return "" if not people else f"with {people} contact{'s' if people != 1 else ''}"


def _health(row: Inspected) -> int | None:
    return row.health.score if row.health else None


def _risk(row: Inspected) -> str:
    return reason_words(row.reasons[0], row.standing, day=row.look.day) if row.reasons else ""


def _more_risks(row: Inspected) -> str:
    return "; ".join(
        reason_words(reason, row.standing, day=row.look.day) for reason in row.reasons[1:]
    )


REVIEW: list[Column] = [
    Column(
        key="name",
        label="Deal",
        sort="name",
        value=lambda row: row.now.name,
        href=lambda row: deal_href(row.now),
        sub=_named,
        wide=True,
    ),
    Column(
        key="amount",
        label="Amount",
        kind="money",
        sort="amount_base",
        value=lambda row: row.now.amount_base,
        sub=was(_money),
    ),
    Column(
        key="risk",
        label="Risk",
        value=_risk,
        sub=_more_risks,
        wide=True,
        note="Why it is at risk, by the signals that an admin sets up. Quiet is a lack of touch, "
        "stalled a lack of progress.",
    ),
    Column(
        key="health",
        label="Health",
        kind="count",
        value=_health,
        note="Points kept of a hundred; the deal's page shows its parts.",
    ),
    Column(
        key="stage",
        label="Stage",
        kind="badge",
        note="Days in it so far, beside the median and upper quartile of won deals, or the days "
        "that its set-up expects where too few were won.",
        value=lambda row: row.now.stage.name,
        tone=lambda row: TONES[Status(row.now.status)],
        sub=_stage_sub,
    ),
    Column(
        key="close",
        label="Expected close",
        kind="day",
        sort="expected_close_on",
        value=lambda row: row.now.expected_close_on,
        sub=_close_sub,
    ),
    Column(
        key="next_step",
        label="Next step",
        value=lambda row: row.now.next_step,
        sub=_step_sub,
        wide=True,
    ),
    Column(
        key="touched",
        label="Last touch",
        value=_touched,
        sub=_people,
        note="The last call, e-mail or meeting on the deal, and the contacts in any of them.",
    ),
    Column(
        key="category",
        label="Category",
        value=lambda row: _category(row.now),
        sub=was(_category),
    ),
]


MOVED = Column(
    key="moved",
    label="Moved",
    kind="money",
    value=lambda row: None if row.moved is None else from_cents(row.moved),
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
        address = reverse("pipeline:deal-part", args=[row.now.deal_id, part])
        label = f"Change {column.label.lower()} of {row.now.name}"
        return Edit(f"{address}?{urlencode({'next': back})}", label)

    return edit


def download_columns(show: str) -> list[Column]:
    """Return the columns of the file."""
    return with_second_lines(with_moved(REVIEW, show))
