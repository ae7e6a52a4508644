"""Charts of the forecast pages."""

from collections.abc import Sequence
from decimal import Decimal

from forecasting.enums import NAIVE, Method
from forecasting.metrics.accuracy import Score
from forecasting.reports.forecasts import ForecastPage, PeriodForecast
from kit.charts import Figure, Role, band_trace, bar_trace, house_figure, line_trace, series_table
from kit.tables import Table

ROLES: dict[Method, Role] = {
    Method.LAST_PERIOD: "series-2",
    Method.LAST_YEAR: "series-3",
    Method.RUN_RATE: "series-4",
}


PARTS: dict[str, tuple[str, Role]] = {
    "booked": ("Booked", "good"),
    "from_open": ("From open deals", "series-1"),
    "from_new": ("From new deals", "neutral"),
}


def made_of_chart(periods: Sequence[PeriodForecast]) -> Figure:
    """Each period's forecast as its three parts, one on the other."""
    names, values = _parts(periods)
    return house_figure(
        *(
            bar_trace(x=names, y=values[part], name=label, role=role)
            for part, (label, role) in PARTS.items()
        ),
        title="What each forecast is made of",
        layout={"barmode": "stack"},
    )


def made_of_table(periods: Sequence[PeriodForecast]) -> Table:
    names, values = _parts(periods)
    return series_table(
        caption="What each forecast is made of",
        x_label="Period",
        x=names,
        series={label: values[part] for part, (label, _) in PARTS.items()},
        kind="money",
    )


def _parts(periods: Sequence[PeriodForecast]) -> tuple[list[str], dict[str, list[Decimal]]]:
    rows = [(row.period.label, row.forecast) for row in periods if row.forecast]
    values = {part: [getattr(forecast, part) for _, forecast in rows] for part in PARTS}
    return [label for label, _ in rows], values


def course_chart(page: ForecastPage) -> Figure:
    """How the forecast of the opened period has moved, with its interval and what is booked."""
    points = page.points
    days = [point.day for point in points]
    known = [point for point in points if point.low is not None]
    band = band_trace(
        x=[point.day for point in known],
        low=[point.low for point in known],
        high=[point.high for point in known],
        name="80 % interval",
    )
    line = line_trace(x=days, y=[point.forecast for point in points], name="Forecast", points=True)
    quota = page.opened.quota if page.opened else None
    traces = [band, line] if known else [line]
    if quota is not None and days:
        ends = [days[0], days[-1]]
        traces.append(line_trace(x=ends, y=[quota, quota], name="Quota", role="plan", dashed=True))
    return house_figure(*traces, title=f"How the forecast has moved{_of(page)}")


def _of(page: ForecastPage) -> str:
    return f": {page.opened.period.label}" if page.opened else ""


def course_table(page: ForecastPage) -> Table:
    return series_table(
        caption="How the forecast has moved",
        x_label="Day",
        x=[point.day for point in page.points],
        series={
            "Forecast": [point.forecast for point in page.points],
            "Low": [point.low for point in page.points],
            "High": [point.high for point in page.points],
        },
        kind="money",
    )


def accuracy_chart(scores: Sequence[Score]) -> Figure:
    """Accuracy by weeks left, beside the simple methods."""
    weeks = [_weeks(score.weeks_left) for score in scores]
    return house_figure(
        line_trace(
            x=weeks, y=[score.accuracy for score in scores], name="This method", points=True
        ),
        *(
            line_trace(
                x=weeks,
                y=[score.naive[method] for score in scores],
                name=method.label,
                role=ROLES[method],
                dashed=True,
            )
            for method in NAIVE
        ),
        title="Accuracy by weeks before the end",
        kind="percent",
    )


def accuracy_table(scores: Sequence[Score]) -> Table:
    series: dict[str, list[Decimal | None]] = {
        "This method": [score.accuracy for score in scores],
    }
    series |= {method.label: [score.naive[method] for score in scores] for method in NAIVE}
    return series_table(
        caption="Accuracy by weeks before the end",
        x_label="Weeks before the end",
        x=[_weeks(score.weeks_left) for score in scores],
        series=series,
        kind="percent",
    )


def _weeks(weeks_left: int) -> str:
    return f"{weeks_left} w"
