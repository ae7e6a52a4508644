"""Results into figures, each with the table of its numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kit.charts import (
    Figure,
    Role,
    Trace,
    bar_trace,
    flow_trace,
    house_figure,
    line_trace,
    series_table,
)
from kit.display import count, money_short
from kit.money import from_cents
from kit.periods import Period
from kit.tables import Table
from pipeline.enums import MOVEMENT_LABELS, UNIT_LABELS, Movement, Unit
from pipeline.metrics.movements import Waterfall
from pipeline.metrics.pace import Curve, Workweek, aligned, days_until, known_on, usual_path
from pipeline.metrics.trend import TrendDay
from pipeline.metrics.velocity import Factor
from pipeline.reports.flow import Flow, Node
from pipeline.reports.metrics.closings import Line
from pipeline.reports.metrics.outcomes import OutcomesReport
from pipeline.reports.metrics.velocity import VelocityReport

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


def waterfall_chart(
    flow: Waterfall, *, opening: str, closing: str, title: str, href: Callable[[str], str]
) -> Chart:
    """Opening, a bar for each movement from where the last one ended, closing.

    ``opening`` and ``closing`` are the words under the first and last bar; ``href`` opens the
    deals of "opening", of a movement, or of "closing".
    """
    labels, bars, bases, keys = [opening], [flow.opening], [0], ["opening"]
    roles: list[Role] = ["plan"]
    level = flow.opening
    for movement, value in flow.steps.items():
        labels.append(MOVEMENT_LABELS[movement])
        bars.append(value)
        bases.append(level)
        roles.append(_direction(movement, value))
        keys.append(str(movement))
        level += value
    labels.append(closing)
    bars.append(flow.closing)
    bases.append(0)
    roles.append("plan")
    keys.append("closing")
    shown = [_in_unit(value, flow.unit) for value in bars]
    counted = flow.unit is Unit.DEALS
    hrefs = [href(key) for key in keys]
    return Chart(
        house_figure(
            bar_trace(
                x=labels,
                y=shown,
                name=UNIT_LABELS[flow.unit],
                role=roles,
                base=[_in_unit(value, flow.unit) for value in bases],
                texts=[count(value) if counted else money_short(value) for value in shown],
                hrefs=hrefs,
            ),
            title=title,
            kind="count" if counted else "money",
        ),
        series_table(
            caption=title,
            x_label="Movement",
            x=labels,
            series={UNIT_LABELS[flow.unit]: shown},
            kind="count" if counted else "money",
            hrefs=hrefs,
        ),
    )


def flow_chart(flow: Flow, *, title: str, href: Callable[[str], str]) -> Chart:
    """Where the pipeline of the earlier moment stands at the later one, and what came and went.

    ``href`` opens the deals of a link by its key.
    """
    nodes = [*flow.before, *flow.after]
    places = list(dict.fromkeys(node.label for node in nodes if node.movement is None))
    links = [
        (link.source, len(flow.before) + link.target, from_cents(link.cents)) for link in flow.links
    ]
    hrefs = [href(link.key) for link in flow.links]
    names = [flow.words(link) for link in flow.links]
    return Chart(
        house_figure(
            flow_trace(
                nodes=[(node.label, _node_role(node, places)) for node in nodes],
                links=links,
                name=title,
                hrefs=hrefs,
            ),
            title=title,
        ),
        series_table(
            caption=title,
            x_label="From and to",
            x=names,
            series={"Amount": [value for _, _, value in links]},
            hrefs=hrefs,
        ),
    )


NODE_ROLES: dict[Movement, Role] = {Movement.WON: "good", Movement.LOST: "bad"}
PLACE_ROLES: tuple[Role, ...] = ("series-1", "series-3", "series-4", "series-2", "series-6")


def _node_role(node: Node, places: Sequence[str]) -> Role:
    """Return one colour for a place, at either moment."""
    if node.movement is None:
        return PLACE_ROLES[places.index(node.label) % len(PLACE_ROLES)]
    return NODE_ROLES.get(node.movement, "neutral")


def _direction(movement: Movement, value: int) -> Role:
    if movement is Movement.WON:
        return "series-1"
    if value == 0:
        return "neutral"
    return "good" if value > 0 else "bad"


def _in_unit(value: int, unit: Unit) -> Decimal:
    return Decimal(value) if unit is Unit.DEALS else from_cents(value)


def _plan(name: str, x: Sequence[date], y: Sequence[Decimal | None], width: int) -> Trace:
    return _wide(line_trace(x=x, y=y, name=name, role="plan", dashed=True), width)


def _wide(trace: Trace, width: int) -> Trace:
    """Give a line its width: the running period stands out from those before it."""
    trace["line"] |= {"width": width}
    return trace


def _money(cents: int | None) -> Decimal | None:
    return None if cents is None else from_cents(cents)


FACTOR_LABELS = {
    Factor.VOLUME: "Open deals",
    Factor.SIZE: "Average won amount",
    Factor.WIN_RATE: "Win rate",
    Factor.CYCLE: "Days to win",
}


def weeks_figure(found: OutcomesReport) -> Figure:
    """Won and lost deals by week of the quarter, as bars."""
    labels = [week.label for week in found.weeks]
    title = "Closings by week of the quarter"
    return house_figure(
        bar_trace(
            x=labels,
            y=[week.whole.outcomes.won for week in found.weeks],
            name="Won",
            role="good",
            hrefs=[_only_quarter(week.quarters, won=True) for week in found.weeks],
        ),
        bar_trace(
            x=labels,
            y=[week.whole.outcomes.lost for week in found.weeks],
            name="Lost",
            role="neutral",
            hrefs=[_only_quarter(week.quarters, won=False) for week in found.weeks],
        ),
        title=title,
        kind="count",
        layout={"barmode": "group"},
    )


def _only_quarter(lines: Sequence[Line | None], *, won: bool) -> str | None:
    """Return what a bar opens: the deals of its one quarter; of several, each has its own."""
    line = lines[0] if len(lines) == 1 else None
    return (line.won_href if won else line.lost_href) if line else None


def change_chart(found: VelocityReport) -> Chart:
    """The velocity of the period before, what each factor added to it, and that of this one."""
    if found.before is None or found.parts is None:
        raise ValueError("without both velocities there is no change to draw")
    labels, bars, bases = [found.before.period.period.label], [found.before.cents_a_day or 0], [0]
    roles: list[Role] = ["plan"]
    level = bars[0]
    for factor, part in found.parts.items():
        labels.append(FACTOR_LABELS[factor])
        bars.append(part)
        bases.append(level)
        roles.append("good" if part > 0 else "bad" if part < 0 else "neutral")
        level += part
    labels.append(found.now.period.period.label)
    bars.append(found.now.cents_a_day or 0)
    bases.append(0)
    roles.append("plan")
    amounts = [from_cents(value) for value in bars]
    title = "What made the velocity change, a day"
    return Chart(
        house_figure(
            bar_trace(
                x=labels,
                y=amounts,
                name="A day",
                role=roles,
                base=[from_cents(value) for value in bases],
                texts=[money_short(value) for value in amounts],
            ),
            title=title,
        ),
        series_table(
            caption=title,
            x_label="From and by",
            x=labels,
            series={"A day": amounts},
            kind="money_exact",
        ),
    )
