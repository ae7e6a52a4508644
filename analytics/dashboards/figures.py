"""The numbers at the head of the home pages: text, address and tone of each."""

from dataclasses import dataclass
from decimal import Decimal

from analytics.attainment.metrics.attainment import Attainment
from analytics.attainment.metrics.outcomes import Cycle, Outcomes, win_rate, win_rate_by_value
from analytics.attainment.metrics.pace import FEWEST_EARLIER_PERIODS
from analytics.attainment.reports.curves import Pace
from analytics.attainment.reports.open_pipeline import Amounts
from analytics.context.metrics import EARLIER_PERIODS, FEWEST_CASES
from analytics.context.reports.report_view import ReportView
from analytics.dashboards.reports.me import MyReport
from analytics.dashboards.reports.team import TeamReport
from analytics.dashboards.wording import amount
from analytics.metrics.reports.rows import overlay_url
from analytics.quotas.reports.sources import sources_url
from analytics.risk.metrics.attention import THRESHOLDS
from kit.display import count, days, percent, ratio
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


def team_figures(report: TeamReport) -> list[StatFigure]:
    """Return the head of the team dashboard: where will we land."""
    total = report.total
    return [
        *number_figures(report.report_view, report.attainment, report.pace),
        pipeline_figure(report.report_view, total.closing, total.coverage),
        win_figure(report.report_view, total.outcomes),
        cycle_figure(report.report_view, total.cycle),
    ]


def my_figures(report: MyReport) -> list[StatFigure]:
    """Return the head of the own page: my number."""
    return [
        *number_figures(report.report_view, report.attainment, report.pace),
        pipeline_figure(report.report_view, report.closing, report.coverage),
        win_figure(report.report_view, report.outcomes),
        cycle_figure(report.report_view, report.cycle),
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
        _gap(reached, sources_url(report_view)),
        StatFigure(
            "Needed a working day",
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
            sub="beside the bookings, in no total of them",
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
