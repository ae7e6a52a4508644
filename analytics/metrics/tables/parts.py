"""The columns of stages, slips and prices on the page of metrics."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.attainment.metrics.outcomes import Cycle
from analytics.context.metrics import withheld
from analytics.metrics.metrics.conversion import StageFlow, Way, stage_conversion
from analytics.metrics.metrics.prices import discount
from analytics.metrics.metrics.promises import Fate, miss_rate, slip_rate, slip_rate_by_value
from analytics.metrics.reports.prices import PriceLine
from analytics.metrics.reports.slips import PromiseLine, PushedDeals
from analytics.metrics.reports.velocity import PeriodVelocity
from analytics.metrics.tables.metrics import FEW
from kit.display import count, days
from kit.money import from_cents
from kit.tables import Column
from pipeline.enums import Status

# The address of the deals behind a figure of this name.
Href = Callable[[str], str]
Read = Callable[[Any], Any]
WAYS = (
    (Way.FORWARD, "Forward", "Moved to a later stage of the pipeline."),
    (Way.WON, "Won", "Won from this stage."),
    (Way.LOST, "Lost", "Lost from this stage."),
    (Way.BACK, "Back", "Moved to an earlier stage."),
    (Way.STILL, "Still there", "Not part of the conversion yet."),
)
FATES = (
    (Fate.WON, "Won"),
    (Fate.LOST, "Lost"),
    (Fate.PUSHED_OUT, "Pushed out"),
    (Fate.OVERDUE, "Left overdue"),
    (Fate.BROUGHT_FORWARD, "Brought forward"),
    (Fate.UNDATED, "Without a date"),
    (Fate.ARCHIVED, "Archived"),
    (Fate.DUE, "Still due"),
)

LENGTHS: dict[str, tuple[str, Callable[[StageFlow], Cycle], str]] = {
    "days": ("Days in it", lambda row: row.days, "stays"),
    "age": ("Days there now", lambda row: row.ages, "deals"),
}


def stage_columns(href: Href, flows: Sequence[StageFlow]) -> list[Column]:
    """Return the columns of the flow through stages; moves to other pipelines where there are."""
    ways = list(WAYS)
    if any(flow.ways[Way.ELSEWHERE] for flow in flows):
        ways.insert(4, (Way.ELSEWHERE, "Other pipeline", "Moved to a stage of another pipeline."))
    return [
        Column("stage", "Stage", value="step.name"),
        _of_stage("entered", "Entered", href, lambda row: row.entered),
        *(_of_stage(str(way), label, href, _way(way), note=note) for way, label, note in ways),
        Column(
            "conversion",
            "Conversion",
            "percent",
            lambda row: withheld(stage_conversion(row), cases=row.left),
            note="(Forward + won) / all who left: of the deals that entered the stage in the"
            f" period and are no longer there. {FEW}",
        ),
        _of_stage(
            "skipped",
            "Skipped",
            href,
            lambda row: row.skipped,
            note="Passed the stage over on their way forward; not among those that entered it.",
        ),
        *(_days(key, *LENGTHS[key]) for key in LENGTHS),
    ]


def stage_file_columns(href: Href, flows: Sequence[StageFlow]) -> list[Column]:
    """Return the columns of the download: median, p75 and cases in columns of their own."""
    shared = [column for column in stage_columns(href, flows) if column.key not in LENGTHS]
    lengths = [column for key in LENGTHS for column in _length_columns(key)]
    return [*shared, *lengths]


def _length_columns(key: str) -> list[Column]:
    label, read, of = LENGTHS[key]

    def part(name: str) -> Read:
        return lambda row: withheld(getattr(read(row), name), cases=read(row).cases)

    return [
        Column(key, f"{label}, median", "days", part("median")),
        Column(f"{key}_high", f"{label}, p75", "days", part("high")),
        Column(f"{key}_cases", f"{label}, {of}", "count", lambda row: read(row).cases),
    ]


def _of_stage(key: str, label: str, href: Href, read: Read, *, note: str = "") -> Column:
    return Column(
        key, label, "count", read, href=lambda row: href(f"stages.{row.step.pk}.{key}"), note=note
    )


def _way(way: Way) -> Callable[[StageFlow], int]:
    return lambda row: row.ways[way]


def _days(key: str, label: str, read: Callable[[StageFlow], Cycle], of: str) -> Column:
    def median(row: StageFlow) -> Decimal | None:
        return withheld(read(row).median, cases=read(row).cases)

    def rest(row: StageFlow) -> str:
        cycle = read(row)
        cases = f"of {count(cycle.cases)} {of}"
        high = withheld(cycle.high, cases=cycle.cases)
        return cases if high is None else f"p75 {days(high)}, {cases}"

    note = f"The median; below it the time that three of four did not exceed (p75). {FEW}"
    return Column(key, label, "days", median, sub=rest, note=note)


def slip_columns(href: Href, expected_href: Callable[[PromiseLine], str | None]) -> list[Column]:
    """Return the columns of what became of the deals expected at the start of the period."""
    return [
        Column("label", "Person"),
        Column(
            "expected",
            "Expected",
            "count",
            "promises.expected",
            href=expected_href,
            note="Open at the start of the period and then expected to close in it.",
        ),
        *(
            Column(str(fate), label, "count", _fate(fate), href=_fate_href(href, str(fate)))
            for fate, label in FATES
        ),
        Column(
            "slipped",
            "Slip rate",
            "percent",
            lambda row: withheld(slip_rate(row.promises), cases=row.promises.expected),
            note=f"Moved out of the period, or left in it after its end / expected. {FEW}",
        ),
        Column(
            "missed",
            "Strict",
            "percent",
            lambda row: withheld(miss_rate(row.promises), cases=row.promises.expected),
            note=f"Not won in the period / expected: a loss counts as a miss. {FEW}",
        ),
        Column(
            "by_value",
            "By value",
            "percent",
            lambda row: withheld(slip_rate_by_value(row.promises), cases=row.promises.expected),
            note=f"Amounts that moved / amounts expected, as at the start. {FEW}",
        ),
        Column(
            "expected_amount",
            "Amount expected",
            "money",
            lambda row: from_cents(row.promises.expected_cents),
        ),
    ]


def _fate(fate: Fate) -> Callable[[PromiseLine], int]:
    return lambda row: row.promises.deals[fate]


def _fate_href(href: Href, fate: str) -> Callable[[PromiseLine], str | None]:
    def of(row: PromiseLine) -> str | None:
        if row.whole:
            return href(f"slips.{fate}")
        return None if row.person is None else href(f"slips.{fate}.{row.person}")

    return of


def price_columns(label: str, field: str, href: Href) -> list[Column]:
    """Return the columns of list prices against prices agreed."""

    def open_rows(row: PriceLine) -> str | None:
        if row.whole:
            return href("prices.all")
        return None if row.key is None else href(f"prices.{field}.{row.key}")

    return [
        Column("label", label),
        Column(
            "deals",
            "Won deals",
            "count",
            "prices.deals",
            href=open_rows,
            note="Those with a line that has a list price in the deal's currency.",
        ),
        Column("lines", "Product lines", "count", "prices.lines"),
        Column("listed", "At list price", "money"),
        Column("sold", "As agreed", "money"),
        Column(
            "discount",
            "Discount",
            "percent",
            lambda row: withheld(discount(row.prices), cases=row.prices.deals),
            note=f"1 - as agreed / at list price. {FEW}",
        ),
    ]


VELOCITY = [
    Column("period", "Period", value="period.period.label"),
    Column(
        "open",
        "Open deals",
        "count",
        "factors.open_deals",
        href="open.url",
        note="At the end of the period, or now while it runs.",
    ),
    Column(
        "won",
        "Won",
        "count",
        "factors.won",
        href=lambda row: row.closed.but(status=Status.WON).url(),
    ),
    Column("closed", "Closed", "count", "factors.closed", href="closed.url"),
    Column("rate", "Win rate", "percent", lambda row: _known(row, row.won_share), note=FEW),
    Column("average", "Average won", "money", lambda row: _known(row, row.average), note=FEW),
    Column("days", "Days to win", "days", lambda row: _known(row, row.days), note=FEW),
    Column("a_day", "A day", "money", lambda row: _known(row, row.amount_a_day), note=FEW),
]


def _known(row: PeriodVelocity, value: Decimal | None) -> Decimal | None:
    return withheld(value, cases=row.factors.closed)


@dataclass(frozen=True, slots=True)
class PushRow:
    """A number of moves or of the deals that made them; ``href`` opens the deals."""

    label: str
    deals: int
    href: str
    moves: int | None = None


def push_rows(pushes: PushedDeals, href: Href) -> list[PushRow]:
    """Return what was open, what of it was pushed, and what of that left its quarter."""
    return [
        PushRow("Open in the period", len(pushes.open), href("pushes.open")),
        PushRow("Pushed to a later day", len(pushes.pushed), href("pushes.pushed"), pushes.pushes),
        PushRow("Out of its quarter", len(pushes.slipped), href("pushes.slipped"), pushes.slips),
    ]


PUSHES = [
    Column("label", "Deals"),
    Column("deals", "Number", "count", href="href"),
    Column("moves", "Moves", "count", note="A deal may have been pushed several times."),
]
