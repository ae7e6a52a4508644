"""The numbers at the head of the home pages: text, address and tone of each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from analytics.attainment.metrics import (
    FEWEST_EARLIER_PERIODS,
    Attainment,
    Curve,
    Cycle,
    Outcomes,
    days_until,
    known_on,
    usual_path,
    win_rate,
    win_rate_by_value,
)
from analytics.attainment.reports.attainment import Amounts, Bar
from analytics.attainment.reports.ledger import Pace
from analytics.context.metrics import FEWEST_CASES
from analytics.context.reports import ReportView
from analytics.dashboards.metrics import TrendDay
from analytics.dashboards.reports.me import MyReport
from analytics.dashboards.reports.team import TeamReport
from analytics.dashboards.reports.team_rows import TeamRow
from analytics.metrics.reports.rows import overlay_url
from analytics.risk.metrics.attention import THRESHOLDS
from kit.charts import Chart, Role, bar_trace, house_figure, line_trace, series_table
from kit.display import count, days, money, percent, ratio
from kit.money import from_cents
from kit.periods import EARLIER_PERIODS, Period, Workweek
from pipeline.enums import Status


@dataclass(frozen=True, slots=True)
class StatFigure:
    """A number as ``{% stat %}`` takes it."""

    label: str
    value: str
    sub: str = ""
    href: str = ""
    note: str = ""
    tone: str = "neutral"
    share: Decimal | None = None


def head_figures(report: TeamReport | MyReport, row: TeamRow | MyReport) -> list[StatFigure]:
    """Return the head of a page: where will we, or I, land; ``row`` has what is open and closed."""
    return [
        *number_figures(report.report_view, report.attainment, report.pace),
        pipeline_figure(report.report_view, row.closing, row.coverage),
        win_figure(report.report_view, row.outcomes),
        cycle_figure(report.report_view, row.cycle),
    ]


def number_figures(report_view: ReportView, reached: Attainment, pace: Pace) -> list[StatFigure]:
    """Return attainment, what is missing, what a day must bring and the pace."""
    won = report_view.won.url()
    return [
        StatFigure(
            "Attainment",
            percent(reached.share),
            sub=_landing(reached, pace),
            href=won,
            note="Bookings / quota of the period. Not capped, and undefined without a quota.",
            tone=_tone(pace.seasonal),
            share=reached.share,
        ),
        _gap(reached, report_view.quota_url()),
        StatFigure(
            "Required per day",
            amount(pace.required),
            sub=f"{count(pace.days.remaining)} of {count(pace.days.total)} working days left",
            href=won,
            note="What is missing / working days left, a day that has begun included.",
        ),
        _pace(pace),
        *_overlay(report_view, reached),
    ]


def _overlay(report_view: ReportView, reached: Attainment) -> list[StatFigure]:
    """Return what overlay shares make, where there are any."""
    if not reached.overlay:
        return []
    return [
        StatFigure(
            "Overlay credit",
            amount(reached.overlay),
            sub="not included in bookings",
            href=overlay_url(report_view),
            note="Of won deals, the percents that count for people as overlays.",
        )
    ]


def pipeline_figure(
    report_view: ReportView, closing: Amounts, covers: Decimal | None
) -> StatFigure:
    """Return coverage with the open pipeline that it is made of."""
    without = f", {count(closing.unpriced)} without an amount" if closing.unpriced else ""
    return StatFigure(
        "Coverage",
        ratio(covers),
        sub=f"{amount(closing.cents)} open, weighted {amount(closing.weighted)}{without}",
        href=report_view.closing.url(),
        note=(
            "Open deals expected to close in the period / what the quota still lacks; infinite "
            "once it is met. Weighted: amount x the stage's probability, deal by deal."
        ),
    )


def win_figure(report_view: ReportView, outcomes: Outcomes) -> StatFigure:
    """Return the win rate by number, with the one by value and how many cases there are."""
    few = " (few)" if outcomes.is_few else ""
    by_value = percent(win_rate_by_value(outcomes))
    return StatFigure(
        "Win rate",
        percent(win_rate(outcomes)),
        sub=f"of {count(outcomes.closed)} closed{few}; {by_value} of their amounts",
        href=report_view.closed.url(),
        note=(
            "Won / (won + lost) among deals closed in the period, by number; beside it the same "
            f"by amount, without deals that have none above zero. Few: below {FEWEST_CASES}."
        ),
    )


def cycle_figure(report_view: ReportView, cycle: Cycle) -> StatFigure:
    """Return the median sales cycle with its middle half."""
    half = f"middle half {days(cycle.low)} to {days(cycle.high)}" if cycle.cases else "nothing won"
    few = " (few)" if 0 < cycle.cases < FEWEST_CASES else ""
    return StatFigure(
        "Sales cycle",
        days(cycle.median),
        sub=f"{half}{few}",
        href=report_view.closed.but(status=Status.WON).url(),
        note="Median days from creation to won, of deals won in the period.",
    )


def _landing(reached: Attainment, pace: Pace) -> str:
    """Return in one line what is booked of what, what is missing, and whether that is usual."""
    parts = [_of_quota(reached)]
    if reached.gap is not None and reached.gap > 0:
        parts.append(f"{amount(reached.gap)} to go")
    if pace.seasonal is not None:
        parts.append(f"{percent(pace.seasonal)} of the usual pace")
    return "; ".join(parts)


def _of_quota(reached: Attainment) -> str:
    if reached.target is None:
        return f"{amount(reached.actual)} booked, no quota"
    partly = "" if reached.target.complete else " (the period's quota is not complete)"
    return f"{amount(reached.actual)} of {amount(reached.quota)} booked{partly}"


def _gap(reached: Attainment, sources: str) -> StatFigure:
    note = "Quota - bookings. Opens both, with the quotas that the quota is the sum of."
    without = f"{count(reached.unpriced)} won without an amount" if reached.unpriced else ""
    if reached.gap is not None and reached.gap <= 0:
        return StatFigure("Above quota", amount(-reached.gap), without, sources, note, "good")
    return StatFigure("Gap to quota", amount(reached.gap), without or "to be booked", sources, note)


def _pace(pace: Pace) -> StatFigure:
    note = (
        "Bookings / what the quota would have by now if this period ran like the median of the "
        f"last {EARLIER_PERIODS} of its kind. Green from 100 %, red below "
        f"{percent(THRESHOLDS.behind_pace)}. Beside it, the same if bookings came evenly over the "
        "working days, each of which would bring as much as any other."
    )
    straight = f"{percent(pace.linear)} of an even pace"
    if pace.expected is None:
        missing = f"Fewer than {FEWEST_EARLIER_PERIODS} earlier periods with bookings, or no quota"
        return StatFigure("Pace", percent(None), f"{missing}; {straight}", "#bookings", note)
    return StatFigure(
        "Pace",
        percent(pace.seasonal),
        sub=f"{amount(pace.expected)} is usual by now; {straight}",
        href="#bookings",
        note=note,
        tone=_tone(pace.seasonal),
    )


def _tone(seasonal: Decimal | None) -> str:
    if seasonal is None:
        return "neutral"
    if seasonal >= 1:
        return "good"
    return "warn" if seasonal >= THRESHOLDS.behind_pace else "bad"


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
    hrefs: Callable[[Period], Callable[[date], str]],
    quota_href: str,
) -> Chart:
    """Cumulative bookings by day beside the quota and the same point of earlier periods.

    ``hrefs`` open the deals that a period had booked before a day, ``quota_href`` the quotas.
    """
    period = current.period
    days = [period.start + timedelta(days=n) for n in range(period.days)]
    known = dict(known_on(current, first_open_day=first_open_day))
    series: dict[str, list[Decimal | None]] = {
        period.label: [from_cents(known.get(day)) for day in days]
    }
    shown = [n for n, day in enumerate(days) if day.weekday() == SUNDAY or day == period.last_day]
    links: dict[str, list[str | None]] = {
        period.label: _booked(
            period, [n + 1 if days[n] in known else 0 for n in shown], hrefs(period)
        )
    }
    # The running period stands out from those before it.
    traces = [line_trace(x=days, y=series[period.label], name=period.label, step=True, width=3)]
    for role, curve in zip(EARLIER_ROLES[-len(earlier) :], earlier, strict=False):
        name = curve.period.label
        until = days_until(curve.period, period, week=week)
        series[name] = [from_cents(curve.totals[end]) for end in until]
        links[name] = _booked(curve.period, [until[n] for n in shown], hrefs(curve.period))
        traces.append(line_trace(x=days, y=series[name], name=name, role=role, step=True, width=1))
    usual = usual_path(quota, earlier, period, week=week)
    plans = {
        "Usual pace to the quota": usual,
        "Quota": None if quota is None else [quota] * len(days),
    }
    for width, (name, values) in enumerate(plans.items(), start=1):
        if values is not None:
            series[name] = [from_cents(value) for value in values]
            line = line_trace(
                x=days, y=series[name], name=name, role="plan", dashed=True, width=width
            )
            traces.append(line)
    if quota is not None:
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


def _booked(period: Period, ends: Iterable[int], href: Callable[[date], str]) -> list[str | None]:
    """Return what opens the bookings of so many first days of a period; None for no day."""
    return [href(period.start + timedelta(days=end)) if end else None for end in ends]


def open_pipeline_chart(
    bars: Sequence[Bar], *, by: str, period: Period, hrefs: Callable[[Bar], tuple[str, str]]
) -> Chart:
    """Open pipeline by stage or category: what closes in the period, and all of it.

    ``hrefs`` are the addresses of the rows of both.
    """
    labels = [bar.label for bar in bars]
    closing, every = f"Closing in {period.label}", "All open"
    amounts = {
        closing: [from_cents(bar.closing.cents) for bar in bars],
        every: [from_cents(bar.all.cents) for bar in bars],
    }
    opened = list(zip(*map(hrefs, bars), strict=True))
    links = dict(zip(amounts, opened, strict=True))
    roles: dict[str, Role] = {closing: "series-1", every: "neutral"}
    title = f"Open pipeline by {by}"
    return Chart(
        house_figure(
            *(
                bar_trace(
                    x=labels,
                    y=amounts[name],
                    name=name,
                    role=role,
                    hrefs=links[name],
                    horizontal=True,
                )
                for name, role in roles.items()
            ),
            title=title,
            layout={"barmode": "group", "yaxis": {"autorange": "reversed"}},
        ),
        series_table(caption=title, x_label=by.capitalize(), x=labels, series=amounts, links=links),
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
        every: [from_cents(each.cents) for each in days],
        closing: [from_cents(each.closing_cents) for each in days],
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


def amount(cents: int | None) -> str:
    """Return cents as whole units; a dash where there is no amount."""
    return money(from_cents(cents))
