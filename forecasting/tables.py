"""The columns of the forecast pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from forecasting.enums import NAIVE
from forecasting.metrics.accuracy import Score
from forecasting.models import Forecast, PastForecast
from forecasting.reports.forecasts import ForecastPage, PeriodForecast, with_months_over
from forecasting.reports.shown import between
from forecasting.reports.subjects import SubjectChoice, address, person_choice
from kit.display import DASH, count, money
from kit.tables import Column, Empty, Query, Sort, Table
from org.enums import PeriodKind

NO_BREAK = "\N{NO-BREAK SPACE}"
OPEN_PERIODS = "Forecasts of the open periods"


REST = "Of people no longer in the team or not below you"
INTERVAL = Column(
    "interval", "80 % interval", value=lambda row: between(row.low, row.high), align="end"
)


@dataclass(frozen=True, slots=True)
class Headline:
    """The opened forecast in words and the addresses of the rows that it is made of."""

    interval: str
    open_deals: str
    quota: str
    booked_href: str
    deals_href: str
    unpriced_href: str
    accuracy_href: str


def headline(page: ForecastPage, choice: SubjectChoice, opened: PeriodForecast) -> Headline:
    """Return what stands around the opened period's numbers."""
    shown, period = opened.forecast, opened.period
    return Headline(
        interval=f"80 % interval: {between(shown.low, shown.high)}" if shown else "",
        open_deals=f"{count(shown.open_deals)} open deals" if shown else "",
        quota=f"of {money(opened.quota)}" if opened.quota else "",
        booked_href=choice.won_deals_url(period.period, as_of=page.run.as_of),
        deals_href=_deals(page, choice, opened) or "",
        unpriced_href=choice.open_deals_url(unpriced=True),
        accuracy_href=address("accuracy", subject=choice.key, kind=period.kind),
    )


def _deals(page: ForecastPage, choice: SubjectChoice, row: PeriodForecast) -> str | None:
    """Return the address of the deals behind a forecast, which are kept for the newest run."""
    if row.is_over or row.forecast is None or not page.is_newest:
        return None
    return address("deals", subject=choice.key, period=row.period.pk)


def periods_table(page: ForecastPage, choice: SubjectChoice, *, day: date | None) -> Table:
    """Every open period's forecast and what it is made of; a name opens the period below."""

    def opens(row: PeriodForecast) -> str | None:
        if row.is_over:
            return None
        return address("forecast", subject=choice.key, period=row.period.pk, as_of=day)

    def booked(row: PeriodForecast) -> str | None:
        if not row.forecast:
            return None
        return choice.won_deals_url(row.period.period, as_of=page.run.as_of)

    columns = [
        Column("period", "Period", value=_indented, href=opens),
        Column("total", "Forecast", "money", "forecast.total"),
        Column("interval", "80 % interval", value=_interval, align="end"),
        Column("booked", "Booked", "money", "forecast.booked", href=booked),
        Column(
            "from_open",
            "From open deals",
            "money",
            "forecast.from_open",
            href=lambda row: _deals(page, choice, row),
        ),
        Column("from_new", "From new deals", "money", "forecast.from_new"),
        Column("quota", "Quota", "money"),
        Column("share", "Forecast / quota", "percent"),
    ]
    return Table(columns=columns, rows=with_months_over(page.periods), caption=OPEN_PERIODS)


def _indented(row: PeriodForecast) -> str:
    """Return the period's name, set in where it is part of the quarter above."""
    label = row.period.label
    return label if row.period.kind == PeriodKind.QUARTER else f"{NO_BREAK * 3}{label}"


def _interval(row: PeriodForecast) -> str:
    if row.is_over:
        return ""
    return between(row.forecast.low, row.forecast.high) if row.forecast else row.missing


def people_table(page: ForecastPage, *, sort: Sort, query: Query) -> Table:
    """Who a team's forecast is made of; the lines add up to the total, other people come last."""
    columns = people_columns(page)
    named = sort.apply_to_list([line for line in page.lines if line.person], columns)
    whole = page.opened.forecast if page.opened else None
    names = ("total", "booked", "from_open", "from_new")
    return Table(
        columns=columns,
        rows=[*named, *(line for line in page.lines if not line.person)],
        caption="Who it is made of",
        sort=sort,
        base_query=query,
        empty=Empty(title="Nobody here has bookings or open deals."),
        totals={name: getattr(whole, name) for name in names} if page.lines else None,
    )


def people_columns(page: ForecastPage) -> list[Column]:
    """Return the columns of people; a name opens their forecast of the same period.

    Somebody who has left has no forecast page, but their bookings can be opened.
    """
    period = page.opened.period if page.opened else None

    def page_of(line: Forecast, name: str) -> str | None:
        if period is None or not (line.person and line.person.is_active):
            return None
        return address(name, subject=person_choice(line.person).key, period=period.pk)

    def booked(line: Forecast) -> str | None:
        if line.person is None or period is None:
            return None
        return person_choice(line.person).won_deals_url(period.period, as_of=page.run.as_of)

    def from_open(line: Forecast) -> str | None:
        return page_of(line, "deals") if page.is_newest else None

    return [
        Column(
            "name",
            "Person",
            value=lambda line: str(line.person or REST),
            sort="name",
            href=lambda line: page_of(line, "forecast"),
        ),
        Column("total", "Forecast", "money", sort="total"),
        INTERVAL,
        Column("booked", "Booked", "money", sort="booked", href=booked),
        Column("from_open", "From open deals", "money", sort="from_open", href=from_open),
        Column("from_new", "From new deals", "money", sort="from_new"),
    ]


# What can be sorted by, whatever the period that is open.
PEOPLE_SORTS = [
    Column(key, key, sort=key) for key in ("name", "total", "booked", "from_open", "from_new")
]
DEALS = [
    Column("name", "Deal", value="deal.name", sort="deal__name", href="deal.get_absolute_url"),
    Column("account", "Account", value="deal.account", sort="deal__account__name"),
    Column("owner", "Owner", value="deal.owner", sort="deal__owner__full_name"),
    Column("stage", "Stage now", value="deal.stage", sort="stage_place"),
    Column(
        "worth",
        "Amount",
        "money",
        sort="worth",
        note="On the day of the forecast; of a deal without an amount the average won one",
    ),
    Column(
        "chance",
        "Chance in the period",
        "percent",
        lambda row: None if row.chance is None else Decimal(repr(row.chance)),
        sort="chance",
        note="To be won before the period ends, as deals of its stage and age have fared",
    ),
    Column(
        "amount",
        "Expected",
        "money_exact",
        sort="amount",
        note="Amount x chance x the correction above, never more than the amount",
    ),
]


def scores_table(scores: Sequence[Score], *, subject: str, kind: str) -> Table:
    """Scores by weeks left; a number of weeks opens the forecasts behind it."""

    def opens(score: Score) -> str:
        return address("accuracy", subject=subject, kind=kind, weeks=score.weeks_left) + "#past"

    columns = [
        Column(
            "weeks_left",
            "Weeks left",
            "count",
            note="Whole weeks from the day of the forecast to the end of the period",
            href=opens,
        ),
        Column("periods", "Periods", "count", note="How many past ones it rests on"),
        Column(
            "accuracy",
            "Accuracy",
            "percent",
            note="100 % is right on the spot, 90 % a tenth off, too high or too low",
        ),
        Column("verdict", "Best of all", "badge", _verdict, tone=_tone),
        Column("bias", "Too high by", "percent", note="On the whole; below zero it was too low"),
        Column(
            "coverage",
            "In interval",
            value=lambda score: f"{score.inside} of {score.intervals}" if score.intervals else None,
            note="How many outcomes lay inside the 80 % interval; about 8 of 10 should",
            align="end",
        ),
        *(Column(method, method.label, "percent", f"naive.{method}") for method in NAIVE),
    ]
    return Table(
        columns=columns,
        rows=scores,
        caption="Accuracy by weeks before the end",
        empty=Empty(
            title="No past forecasts yet.",
            text="They need at least two periods that are over and were recorded from their start.",
        ),
    )


def _verdict(score: Score) -> str:
    if score.beats_naive is None:
        return "Not defined"
    best = score.best_naive
    if score.beats_naive or best is None:
        return "Yes"
    return f"No: {best.label.lower()}"


def _tone(score: Score) -> str:
    if score.beats_naive is None or score.is_few:
        return "neutral"
    return "good" if score.beats_naive else "warn"


def _inside_or_not(row: PastForecast) -> str:
    if row.low is None or row.high is None or row.actual is None:
        return DASH
    return "Inside" if row.low <= row.actual <= row.high else "Outside"


PAST = [
    Column("period", "Period", value="period.label", sort="period"),
    Column("weeks_left", "Weeks left", "count", sort="weeks_left"),
    Column("made_on", "As known on", "day", sort="made_on"),
    Column("forecast", "Forecast", "money", sort="forecast"),
    INTERVAL,
    Column("actual", "Booked", "money", sort="actual"),
    Column(
        "error",
        "Too high by",
        "money",
        lambda row: row.forecast - row.actual,
        note="Below zero it was too low",
        sort="error",
    ),
    Column(
        "inside",
        "Inside",
        "badge",
        _inside_or_not,
        tone=lambda row: "warn" if _inside_or_not(row) == "Outside" else "neutral",
    ),
]
