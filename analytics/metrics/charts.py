"""Charts of the metrics page."""

from collections.abc import Sequence

from analytics.context.charts import Chart
from analytics.metrics.reports.closings import ClosingsRow
from analytics.metrics.reports.outcomes import OutcomesReport
from analytics.metrics.reports.velocity import VelocityReport
from kit.charts import Figure, Role, bar_trace, house_figure, series_table
from kit.display import money_short
from kit.money import from_cents


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


def _only_quarter(lines: Sequence[ClosingsRow | None], *, won: bool) -> str | None:
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
        labels.append(factor.label)
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
