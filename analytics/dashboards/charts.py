"""Charts of the dashboards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.attainment.metrics.pace import Curve, aligned, days_until, known_on, usual_path
from analytics.attainment.metrics.trend import TrendDay
from analytics.context.charts import Chart
from kit.charts import Role, Trace, bar_trace, house_figure, line_trace, series_table
from kit.money import from_cents
from kit.periods import Period
from org.metrics.working_days import Workweek

# From the oldest earlier period to the newest; the running one has the first colour.
EARLIER_ROLES: tuple[Role, ...] = ("series-5", "series-4", "series-3", "series-2")
SUNDAY = 6


def bookings_chart(
    current: Curve,
    earlier: Sequence[Curve],
    *,
    quota: int | None,
    week: Workweek,
    first_open_day: date,
    href: Callable[[Period, date], str],
    quota_href: str,
) -> Chart:
    """Cumulative bookings by day beside the quota and the same point of earlier periods.

    ``href`` opens the deals that a period had booked before a day, ``quota_href`` the quotas.
    """
    period = current.period
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    known = dict(known_on(current, first_open_day=first_open_day))
    series: dict[str, list[Decimal | None]] = {
        period.label: [_money(known.get(day)) for day in days]
    }
    shown = [n for n, day in enumerate(days) if day.weekday() == SUNDAY or day == period.last_day]
    links: dict[str, list[str | None]] = {
        period.label: [_booked(period, n + 1, href) if days[n] in known else None for n in shown]
    }
    traces = [_wide(line_trace(x=days, y=series[period.label], name=period.label, step=True), 3)]
    for role, curve in zip(EARLIER_ROLES[-len(earlier) :], earlier, strict=False):
        name = curve.period.label
        series[name] = [_money(value) for value in aligned(curve, period, week=week)]
        until = days_until(curve.period, period, week=week)
        links[name] = [_booked(curve.period, until[n], href) for n in shown]
        line = line_trace(x=days, y=series[name], name=name, role=role, step=True)
        traces.append(_wide(line, 1))
    usual = usual_path(quota, earlier, period, week=week)
    if usual is not None:
        series["Usual pace to the quota"] = [_money(value) for value in usual]
        traces.append(_plan("Usual pace to the quota", days, series["Usual pace to the quota"], 1))
    if quota is not None:
        series["Quota"] = [_money(quota)] * len(days)
        traces.append(_plan("Quota", days, series["Quota"], 2))
        links["Quota"] = [quota_href] * len(shown)
    title = f"Cumulative bookings, {period.label}"
    return Chart(
        house_figure(*traces, title=title, layout={"yaxis": {"rangemode": "tozero"}}),
        series_table(
            caption=f"{title}, at the end of each week",
            x_label="End of",
            x=[days[n] for n in shown],
            series={name: [values[n] for n in shown] for name, values in series.items()},
            links=links,
        ),
    )


def _booked(period: Period, days: int, href: Callable[[Period, date], str]) -> str | None:
    """Return what opens the bookings of the first days of a period; None for no day."""
    return href(period, period.start + timedelta(days=days)) if days else None


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
            links={
                closing: [bar.closing_href for bar in bars],
                every: [bar.all_href for bar in bars],
            },
        ),
    )


def trend_chart(
    days: Sequence[TrendDay],
    *,
    period: Period,
    href: Callable[[date], str],
    closing_href: Callable[[date], str],
) -> Chart:
    """The open pipeline at the end of each day.

    ``href`` opens the open deals of a day, ``closing_href`` those of them that were to close in
    the period.
    """
    x = [each.day for each in days]
    every, closing = "All open", f"Closing in {period.label}"
    series = {
        every: [_money(each.cents) for each in days],
        closing: [_money(each.closing_cents) for each in days],
    }
    links = {every: [href(day) for day in x], closing: [closing_href(day) for day in x]}
    title = "Open pipeline by day"
    return Chart(
        house_figure(
            line_trace(x=x, y=series[every], name=every, role="neutral", hrefs=links[every]),
            line_trace(x=x, y=series[closing], name=closing, hrefs=links[closing]),
            title=title,
        ),
        series_table(caption=title, x_label="End of", x=x, series=series, links=links),
    )


def _plan(name: str, x: Sequence[date], y: Sequence[Decimal | None], width: int) -> Trace:
    return _wide(line_trace(x=x, y=y, name=name, role="plan", dashed=True), width)


def _wide(trace: Trace, width: int) -> Trace:
    """Give a line its width: the running period stands out from those before it."""
    trace["line"] |= {"width": width}
    return trace


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else from_cents(cents)
