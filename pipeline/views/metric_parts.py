"""What each part of the page of metrics hands to its template."""

from collections.abc import Callable, Sequence
from typing import Any

from kit.charts import bar_trace, house_figure
from kit.tables import Empty, Table
from pipeline.charts import Chart
from pipeline.enums import MetricPart
from pipeline.forms.metrics import MetricsForm
from pipeline.metrics.outcomes import withheld
from pipeline.reports.look import Look
from pipeline.reports.metrics.closings import Line, Lines
from pipeline.reports.metrics.cuts import cuts_report
from pipeline.reports.metrics.outcomes import OutcomesReport, outcomes_report
from pipeline.tables import metrics as columns

NOTHING = Empty(
    title="No deal closed in this period.", text="Choose another period, or a wider team."
)


def _outcomes(form: MetricsForm, look: Look) -> dict[str, Any]:
    found = outcomes_report(look, reached=form.cleaned_data["reached"], names=form.names)
    ends = found.whole.ends
    outcomes, won, lost = ends.outcomes, ends.won_days, ends.lost_days
    reasons = found.reasons
    return {
        "found": found,
        "rate": columns.rate_of(outcomes),
        "value_rate": columns.value_rate_of(outcomes),
        "closed_words": columns.few(outcomes.closed),
        "priced_words": columns.few(outcomes.closed - outcomes.unpriced),
        "won_days": withheld(won.median, cases=won.cases),
        "won_words": columns.cycle_words(won),
        "lost_days": withheld(lost.median, cases=lost.cases),
        "lost_words": columns.cycle_words(lost),
        "people": _lines(found.people, "Person"),
        "reasons": Table(
            columns=columns.reason_columns(reasons.whole.outcomes.lost),
            rows=reasons.lines,
            caption="Why deals were lost",
            total=reasons.whole if reasons.lines else None,
            empty=Empty(title="No deal was lost in this period."),
        ),
        "weeks": _weeks(found),
        "late_rate": found.late and columns.rate_of(found.late.late),
        "rate_before": found.late and columns.rate_of(found.late.before),
        "cohorts": Table(
            columns=columns.COHORTS, rows=found.cohorts, caption="Deals by when they were created"
        ),
    }


def _cuts(form: MetricsForm, look: Look) -> dict[str, Any]:
    found = cuts_report(look, reached=form.cleaned_data["reached"])
    return {
        "found": found,
        "sources": _lines(found.sources, "Source"),
        "industries": _lines(found.industries, "Industry"),
        "products": Table(
            columns=columns.line_columns("Product"),
            rows=found.products,
            caption="Closed deals by product",
            empty=NOTHING,
        ),
        "created": Table(
            columns=columns.CREATED,
            rows=found.created_by_source,
            caption="Pipeline created, by source",
            total=found.created if found.created_by_source else None,
            empty=Empty(title="No deal was created in this period."),
        ),
    }


def _lines(found: Lines, label: str) -> Table:
    return Table(
        columns=columns.line_columns(label),
        rows=found.lines,
        caption=f"Closed deals by {label.lower()}",
        total=found.whole if found.lines else None,
        empty=NOTHING,
    )


def _weeks(found: OutcomesReport) -> Chart:
    """Won and lost deals by week of the quarter, as bars; below them the table."""
    labels = [week.label for week in found.weeks]
    title = "Closings by week of the quarter"
    return Chart(
        house_figure(
            bar_trace(
                x=labels,
                y=[week.whole.outcomes.won for week in found.weeks],
                name="Won",
                role="good",
                hrefs=[_only(week.quarters, won=True) for week in found.weeks],
            ),
            bar_trace(
                x=labels,
                y=[week.whole.outcomes.lost for week in found.weeks],
                name="Lost",
                role="neutral",
                hrefs=[_only(week.quarters, won=False) for week in found.weeks],
            ),
            title=title,
            kind="count",
            layout={"barmode": "group"},
        ),
        Table(
            columns=columns.week_columns([quarter.label for quarter in found.quarters]),
            rows=found.weeks,
            caption=title,
        ),
    )


def _only(lines: Sequence[Line | None], *, won: bool) -> str | None:
    """Return what a bar opens: the deals of its one quarter; of several, each has its own."""
    line = lines[0] if len(lines) == 1 else None
    return (line.won_href if won else line.lost_href) if line else None


PARTS: dict[MetricPart, Callable[[MetricsForm, Look], dict[str, Any]]] = {
    MetricPart.OUTCOMES: _outcomes,
    MetricPart.CUTS: _cuts,
}
