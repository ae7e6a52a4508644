"""Charts of the metrics page."""

from collections.abc import Sequence
from decimal import Decimal

from analytics.metrics.reports.closings import ClosingsRow
from analytics.metrics.reports.outcomes import OutcomesReport
from analytics.metrics.reports.velocity import VelocityReport
from kit.charts import Chart, Figure, Role, WaterfallBar, bar_trace, house_figure, waterfall
from kit.money import from_cents


def weeks_figure(found: OutcomesReport) -> Figure:
    """Won and lost deals by week of the quarter, as bars."""
    roles: dict[str, Role] = {"won": "good", "lost": "neutral"}
    bars = (
        bar_trace(
            x=[week.label for week in found.weeks],
            y=[getattr(week.whole.outcomes, how) for week in found.weeks],
            name=how.capitalize(),
            role=role,
            hrefs=[_only_quarter(week.quarters, how) for week in found.weeks],
        )
        for how, role in roles.items()
    )
    title = "Closings by week of the quarter"
    return house_figure(*bars, title=title, kind="count", layout={"barmode": "group"})


def _only_quarter(lines: Sequence[ClosingsRow | None], how: str) -> str | None:
    """Return what a bar opens: the deals of its one quarter; of several, each has its own."""
    line = lines[0] if len(lines) == 1 else None
    return line.href(how) if line else None


def change_chart(found: VelocityReport) -> Chart:
    """The velocity of the period before, what each factor added to it, and that of this one."""
    if found.before is None or found.parts is None:
        raise ValueError("without both velocities there is no change to draw")
    steps = [
        WaterfallBar(
            factor.label, from_cents(part), "good" if part > 0 else "bad" if part < 0 else "neutral"
        )
        for factor, part in found.parts.items()
    ]
    ends = [
        WaterfallBar(pace.period.period.label, pace.amount_a_day or Decimal(0))
        for pace in (found.before, found.now)
    ]
    return waterfall(
        [ends[0], *steps, ends[1]],
        title="What made the velocity change, a day",
        x_label="From and by",
        name="A day",
        kind="money_exact",
    )
