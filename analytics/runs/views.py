"""Recompute runs: the list, one run as it goes, and starting one. For admins."""

from functools import partial

from django.http import HttpResponse, HttpResponseBase
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
from kit.tables import Empty, Table, listed
from org.http import PersonRequest, let_in, posted, saved
from org.rules import can_administer

NOTHING_YET = Empty(
    title="Nothing has been computed yet.",
    text="A run starts every night by itself. Start one now to see forecasts today.",
)


admins = partial(let_in, can_administer, refusal="Only an admin may see recompute runs.")


class HtmxRequest(PersonRequest):
    htmx: HtmxDetails


@require_http_methods(["GET", "HEAD", "POST"])
@admins
def runs(request: PersonRequest) -> HttpResponseBase:
    """List the runs, as a page or as a file, and start one."""
    form, now = RunForm(posted(request)), timezone.now()

    def write() -> RecomputeRun:
        run, _ = recompute.request_run(
            by=request.user, as_of=form.cleaned_data["as_of"], trigger=Trigger.PAGE, now=now
        )
        return run

    if run := saved(form, write):
        return redirect(run)
    asked = RunsFilter(request.GET)
    status = 400 if form.is_bound or not asked.is_valid() else 200
    if not asked.is_valid():
        asked = RunsFilter({})
        asked.full_clean()
    given = asked.cleaned_data
    rows = given["sort"].apply(reports.runs_seen_by(request.user), RUNS)
    if given["file"]:
        return csv_response("recompute-runs.csv", RUNS, rows.iterator(chunk_size=2000))
    table = listed(
        given, RUNS, rows, caption="Recompute runs", query=request.GET, empty=NOTHING_YET
    )
    context = {"form": form, "table": table, "now": now, "stale": reports.is_stale(now=now)}
    return render(request, "analytics/runs/runs.html", context, status=status)


@require_safe
@admins
def run(request: HtmxRequest, pk: int) -> HttpResponse:
    """Show a run; asked by htmx, only what changes while it goes on."""
    found = get_object_or_404(reports.runs_seen_by(request.user), pk=pk)
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
