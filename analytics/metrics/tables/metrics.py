"""The columns of the page of metrics. Rates and medians of too few cases are left out."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from analytics.attainment.metrics.outcomes import Cycle, Outcomes, win_rate, win_rate_by_value
from analytics.context.metrics import FEWEST_CASES, withheld
from analytics.metrics.metrics.closings import lost_share
from analytics.metrics.metrics.cohorts import cohort_win_rate
from analytics.metrics.reports.closings import ClosingsRow
from analytics.metrics.reports.cuts import Created
from analytics.metrics.reports.outcomes import CohortLine, Week
from kit.display import count, days
from kit.money import from_cents
from kit.tables import Column

FEW = f"Left out where it would rest on fewer than {FEWEST_CASES} deals."


def rate_of(outcomes: Outcomes) -> Decimal | None:
    """Return the win rate by number, or None of too few deals."""
    return withheld(win_rate(outcomes), cases=outcomes.closed)


def value_rate_of(outcomes: Outcomes) -> Decimal | None:
    """Return the win rate by value, or None of too few deals."""
    return withheld(win_rate_by_value(outcomes), cases=outcomes.closed - outcomes.unpriced)


def _money(value: int | Decimal | None) -> Decimal | None:
    return None if value is None else from_cents(round(value))


def _cycle(row: ClosingsRow, *, won: bool, part: str) -> Decimal | None:
    cycle = row.ends.won_days if won else row.ends.lost_days
    value: Decimal | None = getattr(cycle, part)
    return withheld(value, cases=cycle.cases)


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
        Column("won_amount", "Won amount", "money", lambda row: from_cents(row.outcomes.won_cents)),
        Column(
            "average",
            "Average won",
            "money",
            lambda row: _money(withheld(row.ends.average_won_cents, cases=row.outcomes.won)),
            note=f"Of the won deals that have an amount. {FEW}",
        ),
        Column(
            "won_days",
            "Days to win",
            "days",
            lambda row: _cycle(row, won=True, part="median"),
            note=f"The median from creation to closing. {FEW}",
        ),
        Column(
            "lost_days",
            "Days to lose",
            "days",
            lambda row: _cycle(row, won=False, part="median"),
            note=f"The median from creation to closing. {FEW}",
        ),
    ]


def reason_columns(lost: int) -> list[Column]:
    """Return the columns of the reasons of so many lost deals."""
    return [
        Column("label", "Reason"),
        Column("lost", "Lost", "count", "outcomes.lost", href="href"),
        Column(
            "share",
            "Of all lost",
            "percent",
            lambda row: withheld(lost_share(row.outcomes.lost, of=lost), cases=lost),
            note=FEW,
        ),
        Column("amount", "Amount lost", "money", lambda row: from_cents(row.outcomes.lost_cents)),
        Column(
            "days",
            "Days to lose",
            "days",
            lambda row: _cycle(row, won=False, part="median"),
            note=f"The median from creation to closing. {FEW}",
        ),
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
                _of_quarter(place, lambda line: line.outcomes.won),
                href=_of_quarter(place, lambda line: line.won_href),
            )
            for place, name in enumerate(quarters)
        ),
        Column("won", "Won", "count", "whole.outcomes.won"),
        Column("lost", "Lost", "count", "whole.outcomes.lost"),
        Column("rate", "Win rate", "percent", lambda row: rate_of(row.whole.outcomes), note=FEW),
        Column(
            "amount", "Won amount", "money", lambda row: from_cents(row.whole.outcomes.won_cents)
        ),
    ]


def _of_quarter(place: int, read: Callable[[ClosingsRow], Any]) -> Callable[[Week], Any]:
    def of(row: Week) -> Any:
        line = row.quarters[place]
        return None if line is None else read(line)

    return of


def _cohort_href(status: str) -> Callable[[CohortLine], str]:
    return lambda row: (row.deals.but(status=status) if status else row.deals).url()


def _standing(status: str) -> Callable[[CohortLine], int]:
    return lambda row: getattr(row.cohort, status)


def _url_of(row: Created) -> str | None:
    return row.deals.url() if row.deals else None


MATURITY = {True: ("Immature", "warn"), False: ("Mature", "good")}
COHORTS = [
    Column("period", "Created in", value="cohort.period.label"),
    Column("created", "Created", "count", "cohort.created", href=_cohort_href("")),
    *(
        Column(status, label, "count", _standing(status), href=_cohort_href(status))
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
        lambda row: from_cents(row.cohort.cents),
        note="Of the deals created, as it stands now.",
    ),
]
CREATED: list[Column] = [
    Column("label", "Source"),
    Column("count", "Deals created", "count", href=_url_of),
    Column("amount", "Amount", "money", lambda row: from_cents(row.cents)),
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
