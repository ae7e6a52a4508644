"""Recompute runs: the list, one run as it goes, and starting one. For admins."""

from typing import cast

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from analytics.runs import reports
from analytics.runs.enums import Trigger
from analytics.runs.forms import RunForm, RunsFilter
from analytics.runs.models import RecomputeRun
from analytics.runs.services import recompute
from analytics.runs.tables import PARTS, RUNS, STEPS
from kit.export import csv_response
from kit.forms import add_errors
from kit.pages import paginate
from kit.tables import Empty, Table
from org.models.people import Person
from org.rules import can_administer

NOTHING_YET = Empty(
    title="Nothing has been computed yet.",
    text="A run starts every night by itself. Start one now to see forecasts today.",
)


class HtmxRequest(HttpRequest):
    htmx: HtmxDetails


@require_http_methods(["GET", "HEAD", "POST"])
def runs(request: HttpRequest) -> HttpResponseBase:
    """List the runs, as a page or as a file, and start one."""
    viewer = _admin(request)
    form = RunForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and (run := _started(form, viewer)):
        return redirect(run)
    asked = RunsFilter(request.GET)
    status = 400 if form.is_bound or not asked.is_valid() else 200
    if not asked.is_valid():
        asked = RunsFilter({})
        asked.full_clean()
    given = asked.cleaned_data
    rows = given["sort"].apply(reports.runs_seen_by(viewer), RUNS)
    if given["file"]:
        return csv_response("recompute-runs.csv", RUNS, rows.iterator(chunk_size=2000))
    page = paginate(rows, number=given["page"])
    table = Table(
        columns=RUNS,
        rows=page.rows,
        caption="Recompute runs",
        sort=given["sort"],
        page=page,
        base_query=request.GET,
        empty=NOTHING_YET,
    )
    now = timezone.now()
    context = {"form": form, "table": table, "now": now, "stale": reports.is_stale(now=now)}
    return render(request, "analytics/runs/runs.html", context, status=status)


@require_safe
def run(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a run; asked by htmx, only what changes while it goes on."""
    found = get_object_or_404(reports.runs_seen_by(_admin(request)), pk=pk)
    now = timezone.now()
    page = reports.run_page(found, now=now)
    context = {
        "page": page,
        "steps": Table(columns=STEPS, rows=page.steps, caption="Steps of the run"),
        "now": now,
    }
    if request.htmx:
        return render(request, "analytics/runs/_run_progress.html", context)
    context["parts"] = Table(columns=PARTS, rows=list(found.chunks.all()), caption="Parts")
    return render(request, "analytics/runs/run.html", context)


def _admin(request: HttpRequest) -> Person:
    viewer = cast(Person, request.user)
    if not can_administer(viewer):
        raise PermissionDenied("Only an admin may see recompute runs.")
    return viewer


def _started(form: RunForm, viewer: Person) -> RecomputeRun | None:
    now = timezone.now()
    try:
        run, _ = recompute.request_run(
            by=viewer, as_of=form.cleaned_data["as_of"], trigger=Trigger.PAGE, now=now
        )
    except ValidationError as error:
        add_errors(form, error)
        return None
    return run
