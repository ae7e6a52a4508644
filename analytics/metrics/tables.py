"""The columns of the page of metrics. Rates and medians of too few cases are left out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from analytics.attainment.metrics import Cycle, Outcomes, win_rate, win_rate_by_value
from analytics.context.metrics import FEWEST_CASES, withheld
from analytics.metrics.metrics.closings import cohort_win_rate, discount, lost_share
from analytics.metrics.metrics.conversion import StageFlow, Way, stage_conversion
from analytics.metrics.metrics.promises import (
    Fate,
    Promises,
    miss_rate,
    slip_rate,
    slip_rate_by_value,
)
from analytics.metrics.reports.outcomes import CohortLine
from analytics.metrics.reports.prices import PriceLine
from analytics.metrics.reports.slips import PromiseLine, PushedDeals
from kit.display import count, days
from kit.money import from_cents
from kit.tables import Column, at
from pipeline.enums import Status

# The address of the deals behind a figure of this name.
Href = Callable[[str], str]
FEW = f"Left out where it would rest on fewer than {FEWEST_CASES} deals."


def rate_of(outcomes: Outcomes) -> Decimal | None:
    """Return the win rate by number, or None of too few deals."""
    return withheld(win_rate(outcomes), cases=outcomes.closed)


def value_rate_of(outcomes: Outcomes) -> Decimal | None:
    """Return the win rate by value, or None of too few deals."""
    return withheld(win_rate_by_value(outcomes), cases=outcomes.closed - outcomes.unpriced)


def _average(row: Any) -> Decimal | None:
    cents = withheld(row.ends.average_won_cents, cases=row.outcomes.won)
    return None if cents is None else from_cents(round(cents))


def _days_to(how: str, verb: str, *, key: str) -> Column:
    """Return the column of the days that deals took to be won or lost."""
    note = f"The median from creation to closing. {FEW}"
    return Column(key, f"Days to {verb}", "days", _part(f"ends.{how}_days", "median"), note=note)


def _part(path: str, name: str) -> Callable[[Any], Decimal | None]:
    """Return what reads a part of a cycle; None where it rests on too few cases."""
    return lambda row: withheld(getattr(at(row, path), name), cases=at(row, path).cases)


def _cents(path: str) -> Callable[[Any], Decimal]:
    return lambda row: from_cents(at(row, path))


def line_columns(label: str) -> list[Column]:
    """Return the columns of lines of closed deals."""
    return [
        Column("label", label),
        Column("closed", "Closed", "count", "outcomes.closed", href="href"),
        Column("won", "Won", "count", "outcomes.won", href="won_href"),
        Column("lost", "Lost", "count", "outcomes.lost", href="lost_href"),
        Column(
            "rate",
            "Win rate",
            "percent",
            lambda row: rate_of(row.outcomes),
            note=f"Won / (won + lost), by number. {FEW}",
        ),
        Column(
            "rate_by_value",
            "By value",
            "percent",
            lambda row: value_rate_of(row.outcomes),
            note=f"Won / (won + lost), by amount. {FEW}",
        ),
        Column("won_amount", "Won amount", "money", _cents("outcomes.won_cents")),
        Column(
            "average",
            "Average won",
            "money",
            _average,
            note=f"Of the won deals that have an amount. {FEW}",
        ),
        _days_to("won", "win", key="won_days"),
        _days_to("lost", "lose", key="lost_days"),
    ]


def reason_columns(lost: int) -> list[Column]:
    """Return the columns of the reasons of so many lost deals."""

    def share(row: Any) -> Decimal | None:
        return withheld(lost_share(row.outcomes.lost, of=lost), cases=lost)

    return [
        Column("label", "Reason"),
        Column("lost", "Lost", "count", "outcomes.lost", href="href"),
        Column("share", "Of all lost", "percent", share, note=FEW),
        Column("amount", "Amount lost", "money", _cents("outcomes.lost_cents")),
        _days_to("lost", "lose", key="days"),
    ]


def week_columns(quarters: Sequence[str]) -> list[Column]:
    """Return the columns of the weeks: the won deals of each quarter, and all of them."""
    return [
        Column("label", "Week of the quarter"),
        *(
            Column(
                f"quarter-{place}",
                f"Won, {name}",
                "count",
                f"quarters.{place}.outcomes.won",
                href=f"quarters.{place}.won_href",
            )
            for place, name in enumerate(quarters)
        ),
        Column("won", "Won", "count", "whole.outcomes.won"),
        Column("lost", "Lost", "count", "whole.outcomes.lost"),
        Column("rate", "Win rate", "percent", lambda row: rate_of(row.whole.outcomes), note=FEW),
        Column("amount", "Won amount", "money", _cents("whole.outcomes.won_cents")),
    ]


def _cohort_href(status: str) -> Callable[[CohortLine], str]:
    return lambda row: (row.deals.but(status=status) if status else row.deals).url()


MATURITY = {True: ("Immature", "warn"), False: ("Mature", "good")}
COHORTS = [
    Column("period", "Created in", value="cohort.period.label"),
    Column("created", "Created", "count", "cohort.created", href=_cohort_href("")),
    *(
        Column(status, label, "count", f"cohort.{status}", href=_cohort_href(status))
        for status, label in (("won", "Won"), ("lost", "Lost"), ("open", "Still open"))
    ),
    Column(
        "rate",
        "Won so far",
        "percent",
        lambda row: withheld(cohort_win_rate(row.cohort), cases=row.cohort.created),
        muted=lambda row: row.immature,
        note=f"Won / all created, those still open among them. {FEW}",
    ),
    Column(
        "immature",
        "Maturity",
        "badge",
        lambda row: MATURITY[row.immature][0] if row.cohort.created else "",
        tone=lambda row: MATURITY[row.immature][1] if row.cohort.created else "neutral",
        note="Immature: a deal is open, and the youngest had less time than three of four won"
        " deals took. Its rate will still rise.",
    ),
    Column(
        "amount",
        "Amount",
        "money",
        _cents("cohort.cents"),
        note="Of the deals created, as it stands now.",
    ),
]
CREATED = [
    Column("label", "Source"),
    Column("count", "Deals created", "count", href="deals.url"),
    Column("amount", "Amount", "money", _cents("cents")),
    Column("unpriced", "Without an amount", "count"),
]


def cycle_words(cycle: Cycle) -> str:
    """Return the middle half of a cycle and its cases, or that there are too few."""
    if withheld(cycle.median, cases=cycle.cases) is None:
        return few(cycle.cases)
    return f"middle half {days(cycle.low)} to {days(cycle.high)}, {few(cycle.cases)}"


def few(cases: int) -> str:
    """Return what stands below a figure that is left out, or how many cases it rests on."""
    words = f"of {count(cases)} deal{'' if cases == 1 else 's'}"
    return words if cases >= FEWEST_CASES else f"{words}: too few"


WAYS = {
    Way.FORWARD: "Moved to a later stage of the pipeline.",
    Way.WON: "Won from this stage.",
    Way.LOST: "Lost from this stage.",
    Way.BACK: "Moved to an earlier stage.",
    Way.ELSEWHERE: "Moved to a stage of another pipeline.",
    Way.STILL: "Not part of the conversion yet.",
}
# What is told of the time in a stage: the words, the path, and what the cases are.
LENGTHS = {"days": ("Days in it", "days", "stays"), "age": ("Days there now", "ages", "deals")}


def stage_columns(href: Href, flows: Sequence[StageFlow]) -> list[Column]:
    """Return the columns of the flow through stages; moves to other pipelines where there are."""
    elsewhere = any(flow.ways[Way.ELSEWHERE] for flow in flows)

    def counted(key: str, label: str, path: str, note: str = "") -> Column:
        def opens(row: StageFlow) -> str:
            return href(f"stages.{row.step.pk}.{key}")

        return Column(key, label, "count", path, href=opens, note=note)

    return [
        Column("stage", "Stage", value="step.name"),
        counted("entered", "Entered", "entered"),
        *(
            counted(str(way), way.label, f"ways.{way}", note)
            for way, note in WAYS.items()
            if elsewhere or way is not Way.ELSEWHERE
        ),
        Column(
            "conversion",
            "Conversion",
            "percent",
            lambda row: withheld(stage_conversion(row), cases=row.left),
            note="(Forward + won) / all who left: of the deals that entered the stage in the"
            f" period and are no longer there. {FEW}",
        ),
        counted(
            "skipped",
            "Skipped",
            "skipped",
            "Passed the stage over on their way forward; not among those that entered it.",
        ),
        *(_days(key, *LENGTHS[key]) for key in LENGTHS),
    ]


def stage_file_columns(href: Href, flows: Sequence[StageFlow]) -> list[Column]:
    """Return the columns of the download: median, p75 and cases in columns of their own."""
    shared = [column for column in stage_columns(href, flows) if column.key not in LENGTHS]
    for key, (label, path, of) in LENGTHS.items():
        shared += [
            Column(key, f"{label}, median", "days", _part(path, "median")),
            Column(f"{key}_high", f"{label}, p75", "days", _part(path, "high")),
            Column(f"{key}_cases", f"{label}, {of}", "count", f"{path}.cases"),
        ]
    return shared


def _days(key: str, label: str, path: str, of: str) -> Column:
    def rest(row: StageFlow) -> str:
        cases, high = f"of {count(at(row, path).cases)} {of}", _part(path, "high")(row)
        return cases if high is None else f"p75 {days(high)}, {cases}"

    note = f"The median; below it the time that three of four did not exceed (p75). {FEW}"
    return Column(key, label, "days", _part(path, "median"), sub=rest, note=note)


SLIP_RATES = (
    (
        "slipped",
        "Slip rate",
        slip_rate,
        "Moved out of the period, or left in it after its end / expected.",
    ),
    ("missed", "Strict", miss_rate, "Not won in the period / expected: a loss counts as a miss."),
    (
        "by_value",
        "By value",
        slip_rate_by_value,
        "Amounts that moved / amounts expected, as at the start.",
    ),
)


def _of_promises(rate: Callable[[Promises], Decimal | None]) -> Callable[[Any], Decimal | None]:
    return lambda row: withheld(rate(row.promises), cases=row.promises.expected)


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
            Column(fate, fate.label, "count", f"promises.deals.{fate}", href=_fate_href(href, fate))
            for fate in Fate
        ),
        *(
            Column(key, label, "percent", _of_promises(rate), note=f"{note} {FEW}")
            for key, label, rate, note in SLIP_RATES
        ),
        Column("expected_amount", "Amount expected", "money", _cents("promises.expected_cents")),
    ]


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


def _known(path: str) -> Callable[[Any], Decimal | None]:
    return lambda row: withheld(at(row, path), cases=row.factors.closed)


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
    Column("rate", "Win rate", "percent", _known("won_share"), note=FEW),
    Column("average", "Average won", "money", _known("average"), note=FEW),
    Column("days", "Days to win", "days", _known("days"), note=FEW),
    Column("a_day", "A day", "money", _known("amount_a_day"), note=FEW),
]


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
