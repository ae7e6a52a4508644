"""The metrics page, its parts and the catalogue."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.context.metrics import withheld
from analytics.context.reports import ReportView
from analytics.context.views import figures_page
from analytics.metrics import tables as columns
from analytics.metrics.charts import change_chart, weeks_figure
from analytics.metrics.enums import MetricPart
from analytics.metrics.forms import MetricRowsForm, MetricsForm
from analytics.metrics.metrics.closings import discount
from analytics.metrics.metrics.promises import push_rate
from analytics.metrics.reports.catalogue import catalogue
from analytics.metrics.reports.closings import ClosingsRows, cuts_report
from analytics.metrics.reports.outcomes import outcomes_report
from analytics.metrics.reports.prices import prices_report
from analytics.metrics.reports.rows import UnknownFigureError, behind, rows_behind, rows_of
from analytics.metrics.reports.slips import PromiseLine, SlipsReport, slips_report
from analytics.metrics.reports.stages import stages_report
from analytics.metrics.reports.velocity import velocity_report
from kit.charts import Chart
from kit.display import count
from kit.export import csv_response, table_response
from kit.markup import Tab
from kit.tables import Empty, Query, Table, listed, query_with
from org.http import PersonRequest, sellers
from pipeline.deals.tables import download_columns, page_columns, with_taken

NOTHING = Empty(
    title="No deal closed in this period.", text="Choose another period, or a wider team."
)


def _outcomes(form: MetricsForm, report_view: ReportView, _query: Query) -> dict[str, Any]:
    found = outcomes_report(report_view, reached=form.cleaned_data["reached"], names=form.names)
    ends = found.whole.ends
    outcomes, won, lost = ends.outcomes, ends.won_days, ends.lost_days
    reasons = found.reasons
    return {
        "found": found,
        "rate": columns.rate_of(outcomes),
        "value_rate": columns.value_rate_of(outcomes),
        "closed_words": columns.few(outcomes.closed),
        "qualified_rate": found.qualified and columns.rate_of(found.qualified.outcomes),
        "qualified_words": found.qualified and columns.few(found.qualified.outcomes.closed),
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
        "weeks": Chart(
            weeks_figure(found),
            Table(
                columns=columns.week_columns([quarter.label for quarter in found.quarters]),
                rows=found.weeks,
                caption="Closings by week of the quarter",
            ),
        ),
        "late_rate": found.late and columns.rate_of(found.late.late),
        "rate_before": found.late and columns.rate_of(found.late.before),
        "cohorts": Table(
            columns=columns.COHORTS, rows=found.cohorts, caption="Deals by when they were created"
        ),
    }


def _cuts(form: MetricsForm, report_view: ReportView, _query: Query) -> dict[str, Any]:
    found = cuts_report(report_view, reached=form.cleaned_data["reached"])
    return {
        "found": found,
        "sources": _lines(found.sources, "Source"),
        "industries": _lines(found.industries, "Industry"),
        "competitors": _lines(found.competitors, "Competitor"),
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


def _lines(found: ClosingsRows, label: str) -> Table:
    return Table(
        columns=columns.line_columns(label),
        rows=found.lines,
        caption=f"Closed deals by {label.lower()}",
        total=found.whole if found.lines else None,
        empty=NOTHING,
    )


def _stages(_form: MetricsForm, report_view: ReportView, query: Query) -> dict[str, Any]:
    found, href = stages_report(report_view), _rows_href(query)
    same = {name: query[name] for name in ("team", "person", "period") if query.get(name)}
    return {
        "found": found,
        "overrides": f"{reverse('process:overrides')}?{urlencode(same)}",
        "pipelines": {
            f"stages-{place}": Table(
                columns=columns.stage_columns(href, flows),
                file_columns=columns.stage_file_columns(href, flows),
                rows=flows,
                caption=name,
                empty=Empty(title="There is no stage yet.", text="An admin sets them up."),
            )
            for place, (name, flows) in enumerate(found.by_pipeline, start=1)
        },
    }


def _velocity(form: MetricsForm, report_view: ReportView, _query: Query) -> dict[str, Any]:
    found = velocity_report(report_view, reached=form.cleaned_data["reached"])
    paces = [found.now, *([found.before] if found.before else [])]
    return {
        "found": found,
        "velocity": withheld(found.now.amount_a_day, cases=found.now.factors.closed),
        "closed_words": columns.few(found.now.factors.closed),
        "change": None if found.is_few else found.change_a_day,
        "paces": Table(
            columns=columns.VELOCITY, rows=paces, caption="What the velocity is made of"
        ),
        "parts": change_chart(found) if found.parts and not found.is_few else None,
    }


def _slips(form: MetricsForm, report_view: ReportView, query: Query) -> dict[str, Any]:
    found, href = slips_report(report_view, names=form.names), _rows_href(query)
    whole, pushes = found.whole.promises, found.pushes
    worked = len(pushes.open)
    return {
        "found": found,
        **{
            key: withheld(rate(whole), cases=whole.expected)
            for key, _, rate, _ in columns.SLIP_RATES
        },
        "pushed": withheld(push_rate(len(pushes.pushed), of=worked), cases=worked),
        "expected_words": columns.few(whole.expected),
        "worked_words": columns.few(worked),
        "moved_href": href("slips.moved"),
        "missed_href": href("slips.missed"),
        "pushed_href": href("pushes.pushed"),
        "people": Table(
            columns=columns.slip_columns(href, _expected_href(found)),
            rows=found.people,
            caption="What became of the deals expected in the period",
            total=found.whole if found.people else None,
            empty=Empty(title="No deal was expected to close in this period at its start."),
        ),
        "pushes": Table(
            columns=columns.PUSHES,
            rows=columns.push_rows(pushes, href),
            caption="Moves of the expected close to a later day",
        ),
    }


def _expected_href(found: SlipsReport) -> Callable[[PromiseLine], str | None]:
    def of(row: PromiseLine) -> str | None:
        if row.whole:
            return found.expected.url()
        return None if row.person is None else found.expected.but(owner=row.person).url()

    return of


def _prices(form: MetricsForm, report_view: ReportView, query: Query) -> dict[str, Any]:
    found, href = prices_report(report_view, names=form.names), _rows_href(query)
    whole = found.whole.prices
    empty = Empty(
        title="Nothing to compare.",
        text="No won deal of the period has a line of a product with a list price.",
    )
    tables = {
        f"by_{field}": Table(
            columns=columns.price_columns(field.capitalize(), field, href),
            rows=rows,
            caption=f"List price and price agreed, by {field}",
            total=found.whole if rows else None,
            empty=empty,
        )
        for field, rows in (("product", found.products), ("person", found.people))
    }
    return {
        "found": found,
        "discount": withheld(discount(whole), cases=whole.deals),
        "deals_words": f"{columns.few(whole.deals)}; {count(found.won)} were won",
        "all_href": href("prices.all"),
        **tables,
    }


def _rows_href(query: Query) -> Callable[[str], str]:
    """Return what makes the address of the deals behind a figure of this report view."""
    page = reverse("analytics:metric-rows")
    return lambda figure: page + query_with(query, {"figure": figure, "page": None})


def tables_of(shown: Mapping[str, Any]) -> dict[str, Table]:
    """Return the tables among what a template is handed, by the names that downloads ask for."""
    found: dict[str, Table] = {}
    for name, value in shown.items():
        if isinstance(value, Chart):
            found[name] = value.table
        elif isinstance(value, Table):
            found[name] = value
        elif isinstance(value, Mapping):
            found |= tables_of(value)
    return found


PARTS: dict[MetricPart, Callable[[MetricsForm, ReportView, Query], dict[str, Any]]] = {
    MetricPart.OUTCOMES: _outcomes,
    MetricPart.CUTS: _cuts,
    MetricPart.STAGES: _stages,
    MetricPart.VELOCITY: _velocity,
    MetricPart.SLIPS: _slips,
    MetricPart.PRICES: _prices,
}


# What the address of the rows has besides that of the page of metrics.
BACK = dict.fromkeys(("figure", "page", "sort"))


@figures_page(MetricsForm, "analytics/metrics/metrics.html")
def metrics(request: PersonRequest, form: MetricsForm) -> HttpResponseBase:
    """Show one part of the metrics of a scope and period, or download one of its tables."""
    report_view, part = form.report_view(form.scope), form.cleaned_data["part"]
    shown = PARTS[part](form, report_view, request.GET)
    if name := form.cleaned_data["file"]:
        if (table := tables_of(shown).get(name)) is None:
            raise Http404
        return table_response(f"metrics-{part}-{name}.csv", table)
    context = {
        "form": form,
        "report_view": report_view,
        "part": part,
        "part_template": f"analytics/metrics/_metrics_{part}.html",
        "tabs": _tabs(request, part),
        "not_begun": report_view.period.period.start > report_view.day,
        **shown,
    }
    return render(request, "analytics/metrics/metrics.html", context)


def _tabs(request: HttpRequest, current: MetricPart) -> list[Tab]:
    return [
        Tab(
            label=part.label,
            href=query_with(request.GET, {"part": str(part)}),
            current=part is current,
        )
        for part in PARTS
    ]


@figures_page(MetricRowsForm, "analytics/metrics/metric_rows.html", empty_calendar=400)
def metric_rows(request: PersonRequest, form: MetricRowsForm) -> HttpResponseBase:
    """List or download the deals behind a figure that no filter of the deal list can say."""
    report_view, figure = form.report_view(form.scope), form.cleaned_data["figure"]
    order = {"by": form.ordered_by, "descending": form.cleaned_data["sort"].descending}
    several = len(form.pipelines) > 1
    try:
        if form.cleaned_data["file"]:
            whole = behind(report_view, figure)
            rows = rows_behind(report_view, whole, **order).iterator(chunk_size=2000)
            download = with_taken(download_columns(pipelines=several), whole.taken)
            return csv_response(f"deals-{figure.replace('.', '-')}.csv", download, rows)
        found = rows_of(report_view, figure, **order, number=form.cleaned_data["page"])
    except UnknownFigureError as error:
        raise Http404 from error
    shown = page_columns(
        past=True,
        is_open=False,
        is_closed=False,
        pipelines=several and report_view.pipeline is None,
    )
    context = {
        "form": form,
        "report_view": report_view,
        "found": found,
        "back_href": reverse("analytics:metrics") + query_with(request.GET, BACK),
        "table": listed(
            form.cleaned_data,
            with_taken(shown, found.behind.taken),
            found.page,
            caption=found.behind.title,
            query=request.GET,
            empty=Empty(title="No deals.", text="None that you may open did this."),
        ),
    }
    return render(request, "analytics/metrics/metric_rows.html", context)


@require_safe
@sellers
def metric_catalogue(request: PersonRequest) -> HttpResponse:
    """Show the definition of every metric, as the code carries it."""
    return render(request, "analytics/metrics/metric_catalogue.html", {"definitions": catalogue()})
