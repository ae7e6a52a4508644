"""Charts of the forecast pages."""

from collections.abc import Sequence
from decimal import Decimal

from forecasting.enums import NAIVE, Method
from forecasting.metrics.accuracy import Score
from forecasting.reports.forecasts import ForecastPage, PeriodForecast
from kit.charts import Chart, Role, band_trace, bar_trace, house_figure, line_trace, series_table

ROLES: dict[Method, Role] = {
    Method.LAST_PERIOD: "series-2",
    Method.LAST_YEAR: "series-3",
    Method.RUN_RATE: "series-4",
}
PARTS: tuple[tuple[str, str, Role], ...] = (
    ("booked", "Booked", "good"),
    ("from_open", "From open deals", "series-1"),
    ("from_new", "From new deals", "neutral"),
)


def made_of_chart(periods: Sequence[PeriodForecast]) -> Chart:
    """Each period's forecast as its three parts, one on the other."""
    rows = [(row.period.label, row.forecast) for row in periods if row.forecast]
    names, title = [label for label, _ in rows], "What each forecast is made of"
    series = {label: [getattr(forecast, part) for _, forecast in rows] for part, label, _ in PARTS}
    bars = [bar_trace(x=names, y=series[label], name=label, role=role) for _, label, role in PARTS]
    return Chart(
        house_figure(*bars, title=title, layout={"barmode": "stack"}),
        series_table(caption=title, x_label="Period", x=names, series=series),
    )


def course_chart(page: ForecastPage) -> Chart:
    """How the forecast of the opened period has moved, with its interval and what is booked."""
    points, title = page.points, "How the forecast has moved"
    days, forecasts = [point.made_on for point in points], [point.forecast for point in points]
    known = [point for point in points if point.low is not None]
    traces = [line_trace(x=days, y=forecasts, name="Forecast", points=True)]
    if known:
        band = band_trace(
            x=[point.made_on for point in known],
            low=[point.low for point in known],
            high=[point.high for point in known],
            name="80 % interval",
        )
        traces.insert(0, band)
    quota = page.opened.quota if page.opened else None
    if quota is not None and days:
        ends = [days[0], days[-1]]
        traces.append(line_trace(x=ends, y=[quota, quota], name="Quota", role="plan", dashed=True))
    period = f": {page.opened.period.label}" if page.opened else ""
    series: dict[str, Sequence[Decimal | None]] = {
        "Forecast": forecasts,
        "Low": [point.low for point in points],
        "High": [point.high for point in points],
    }
    return Chart(
        house_figure(*traces, title=title + period),
        series_table(caption=title, x_label="Day", x=days, series=series),
    )


def accuracy_chart(scores: Sequence[Score]) -> Chart:
    """Accuracy by weeks left, beside the simple methods."""
    weeks, title = [f"{score.weeks_left} w" for score in scores], "Accuracy by weeks before the end"
    own = [score.accuracy for score in scores]
    naive = {method: [score.naive[method] for score in scores] for method in NAIVE}
    lines = [line_trace(x=weeks, y=own, name="This method", points=True)]
    for method, values in naive.items():
        role = ROLES[method]
        lines.append(line_trace(x=weeks, y=values, name=method.label, role=role, dashed=True))
    return Chart(
        house_figure(*lines, title=title, kind="percent"),
        series_table(
            caption=title,
            x_label="Weeks before the end",
            x=weeks,
            series={"This method": own, **{each.label: naive[each] for each in NAIVE}},
            kind="percent",
        ),
    )
