"""The page of metrics: how deals end, how long they take, where they stand and where they slip."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kit.components import Tab
from kit.tables import query_with
from org.http import PersonRequest
from pipeline.enums import METRIC_PART_LABELS, MetricPart
from pipeline.forms.metrics import MetricsForm
from pipeline.reports.metrics.catalogue import catalogue
from pipeline.reports.setting import setting
from pipeline.views.metric_parts import PARTS
from pipeline.views.visit import sellers


@require_safe
@sellers
def metrics(request: PersonRequest) -> HttpResponse:
    """Show one part of the metrics of a scope and period."""
    form = MetricsForm(request.GET, viewer=request.user, calendar=setting(), now=timezone.now())
    form.full_clean()
    if form.is_elsewhere:
        raise Http404
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(request, "pipeline/metrics.html", {"form": form}, status=status)
    look, part = form.look(form.scope), form.cleaned_data["part"]
    context = {
        "form": form,
        "look": look,
        "part": part,
        "part_template": f"pipeline/_metrics_{part}.html",
        "tabs": _tabs(request, part),
        **PARTS[part](form, look),
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
def metric_catalogue(request: PersonRequest) -> HttpResponse:
    """Show the definition of every metric, as the code carries it."""
    return render(request, "pipeline/metric_catalogue.html", {"definitions": catalogue()})
