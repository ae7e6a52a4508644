"""The page of metrics: how deals end, how long they take, where they stand and where they slip."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kit.components import Tab
from kit.export import csv_response, table_response
from kit.tables import Empty, Table, query_with
from org.http import PersonRequest
from pipeline.enums import METRIC_PART_LABELS, MetricPart
from pipeline.forms.metrics import MetricRowsForm, MetricsForm
from pipeline.reports.metrics.catalogue import catalogue
from pipeline.reports.metrics.rows import UnknownFigureError, behind, rows_behind, rows_of
from pipeline.reports.setting import setting
from pipeline.tables.deals import download_columns, page_columns, with_taken
from pipeline.views.metric_parts import PARTS, tables_of
from pipeline.views.visit import sellers

# What the address of the rows has besides that of the page of metrics.
BACK = dict.fromkeys(("figure", "page", "sort"))


@require_safe
@sellers
def metrics(request: PersonRequest) -> HttpResponseBase:
    """Show one part of the metrics of a scope and period, or download one of its tables."""
    form = MetricsForm(request.GET, viewer=request.user, calendar=setting(), now=timezone.now())
    form.full_clean()
    if form.is_elsewhere:
        raise Http404
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(request, "pipeline/metrics.html", {"form": form}, status=status)
    look, part = form.look(form.scope), form.cleaned_data["part"]
    shown = PARTS[part](form, look, request.GET)
    if name := form.cleaned_data["file"]:
        if (table := tables_of(shown).get(name)) is None:
            raise Http404
        return table_response(f"metrics-{part}-{name}.csv", table)
    context = {
        "form": form,
        "look": look,
        "part": part,
        "part_template": f"pipeline/_metrics_{part}.html",
        "tabs": _tabs(request, part),
        "not_begun": look.period.period.start > look.day,
        **shown,
    }
    return render(request, "pipeline/metrics.html", context)


def _tabs(request: HttpRequest, current: MetricPart) -> list[Tab]:
    return [
        Tab(
            label=METRIC_PART_LABELS[part],
            href=query_with(request.GET, {"part": str(part)}),
            current=part is current,
        )
        for part in PARTS
    ]


@require_safe
@sellers
def metric_rows(request: PersonRequest) -> HttpResponseBase:
    """List or download the deals behind a figure that no filter of the deal list can say."""
    form = MetricRowsForm(request.GET, viewer=request.user, calendar=setting(), now=timezone.now())
    form.full_clean()
    if form.is_elsewhere:
        raise Http404
    if not form.is_valid():
        return render(request, "pipeline/metric_rows.html", {"form": form}, status=400)
    look, figure = form.look(form.scope), form.cleaned_data["figure"]
    sort = form.cleaned_data["sort"]
    order = {"by": form.ordered_by, "descending": sort.descending}
    several = len(form.pipelines) > 1
    try:
        if form.cleaned_data["file"]:
            found = behind(look, figure)
            rows = rows_behind(look, found, **order).iterator(chunk_size=2000)
            columns = with_taken(download_columns(pipelines=several), found.taken)
            return csv_response(f"deals-{figure.replace('.', '-')}.csv", columns, rows)
        listed = rows_of(look, figure, **order, number=form.cleaned_data["page"])
    except UnknownFigureError as error:
        raise Http404 from error
    shown = page_columns(
        past=True, is_open=False, is_closed=False, pipelines=several and look.pipeline is None
    )
    context = {
        "form": form,
        "look": look,
        "found": listed,
        "back_href": reverse("pipeline:metrics") + query_with(request.GET, BACK),
        "table": Table(
            columns=with_taken(shown, listed.behind.taken),
            rows=listed.page.rows,
            caption=listed.title,
            sort=sort,
            page=listed.page,
            base_query=request.GET,
            empty=Empty(title="No deals.", text="None that you may open did this."),
        ),
    }
    return render(request, "pipeline/metric_rows.html", context)


@require_safe
@sellers
def metric_catalogue(request: PersonRequest) -> HttpResponse:
    """Show the definition of every metric, as the code carries it."""
    return render(request, "pipeline/metric_catalogue.html", {"definitions": catalogue()})
