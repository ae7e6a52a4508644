"""Results into figures, each with the table of its numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kit.charts import Figure, Role, Trace, bar_trace, house_figure, line_trace, series_table
from kit.money import from_cents
from kit.periods import Period
from kit.tables import Table
from pipeline.metrics.pace import Curve, Workweek, aligned, known_on, usual_path
from pipeline.metrics.trend import TrendDay

# From the oldest earlier period to the newest; the running one has the first colour.
EARLIER_ROLES: tuple[Role, ...] = ("series-5", "series-4", "series-3", "series-2")
SUNDAY = 6


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure and the table below it."""

    figure: Figure
    table: Table


def bookings_chart(
    current: Curve,
    earlier: Sequence[Curve],
    *,
    quota: int | None,
    week: Workweek,
    first_open_day: date,
    href: Callable[[date], str],
) -> Chart:
    """Cumulative bookings by day beside the quota and the same point of earlier periods.

    ``href`` opens the deals booked up to a day.
    """
    period = current.period
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    known = dict(known_on(current, first_open_day=first_open_day))
    series: dict[str, list[Decimal | None]] = {
        period.label: [_money(known.get(day)) for day in days]
    }
    traces = [_wide(line_trace(x=days, y=series[period.label], name=period.label, step=True), 3)]
    for role, curve in zip(EARLIER_ROLES[-len(earlier) :], earlier, strict=False):
        name = curve.period.label
        series[name] = [_money(value) for value in aligned(curve, period, week=week)]
        line = line_trace(x=days, y=series[name], name=name, role=role, step=True)
        traces.append(_wide(line, 1))
    usual = usual_path(quota, earlier, period, week=week)
    if usual is not None:
        series["Usual pace to the quota"] = [_money(value) for value in usual]
        traces.append(_plan("Usual pace to the quota", days, series["Usual pace to the quota"], 1))
    if quota is not None:
        series["Quota"] = [_money(quota)] * len(days)
        traces.append(_plan("Quota", days, series["Quota"], 2))
    shown = [n for n, day in enumerate(days) if day.weekday() == SUNDAY or day == period.last_day]
    title = f"Cumulative bookings, {period.label}"
    return Chart(
        house_figure(*traces, title=title),
        series_table(
            caption=f"{title}, at the end of each week",
            x_label="End of",
            x=[days[n] for n in shown],
            series={name: [values[n] for n in shown] for name, values in series.items()},
            hrefs=[href(days[n]) if days[n] in known else None for n in shown],
        ),
    )


@dataclass(frozen=True, slots=True)
class PipelineBar:
    """Open deals of one stage or category, in cents, with the addresses of their rows."""

    label: str
    closing_cents: int
    closing_href: str
    all_cents: int
    all_href: str


def open_pipeline_chart(bars: Sequence[PipelineBar], *, by: str, period: Period) -> Chart:
    """Open pipeline by stage or category: what closes in the period, and all of it."""
    labels = [bar.label for bar in bars]
    closing, every = f"Closing in {period.label}", "All open"
    amounts = {
        closing: [_money(bar.closing_cents) for bar in bars],
        every: [_money(bar.all_cents) for bar in bars],
    }
    title = f"Open pipeline by {by}"
    return Chart(
        house_figure(
            bar_trace(
                x=labels,
                y=amounts[closing],
                name=closing,
                hrefs=[bar.closing_href for bar in bars],
                horizontal=True,
            ),
            bar_trace(
                x=labels,
                y=amounts[every],
                name=every,
                role="neutral",
                hrefs=[bar.all_href for bar in bars],
                horizontal=True,
            ),
            title=title,
            layout={"barmode": "group", "yaxis": {"autorange": "reversed"}},
        ),
        series_table(
            caption=title,
            x_label=by.capitalize(),
            x=labels,
            series=amounts,
            hrefs=[bar.all_href for bar in bars],
        ),
    )


def trend_chart(days: Sequence[TrendDay], *, period: Period, href: Callable[[date], str]) -> Chart:
    """The open pipeline at the end of each day; ``href`` opens the open deals of a day."""
    x = [each.day for each in days]
    closing = f"Closing in {period.label}"
    series = {
        "All open": [_money(each.cents) for each in days],
        closing: [_money(each.closing_cents) for each in days],
    }
    hrefs = [href(day) for day in x]
    title = "Open pipeline by day"
    return Chart(
        house_figure(
            line_trace(x=x, y=series["All open"], name="All open", role="neutral", hrefs=hrefs),
            line_trace(x=x, y=series[closing], name=closing),
            title=title,
        ),
        series_table(caption=title, x_label="End of", x=x, series=series, hrefs=hrefs),
    )


def _plan(name: str, x: Sequence[date], y: Sequence[Decimal | None], width: int) -> Trace:
    return _wide(line_trace(x=x, y=y, name=name, role="plan", dashed=True), width)


def _wide(trace: Trace, width: int) -> Trace:
    """Give a line its width: the running period stands out from those before it."""
    trace["line"] |= {"width": width}
    return trace


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else from_cents(cents)
