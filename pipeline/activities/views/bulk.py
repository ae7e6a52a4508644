"""Logging many activities at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from org.http import PageRequest, page_request_of, posted
from pipeline.activities.forms.bulk import RowsForm
from pipeline.activities.services.logging import RefusedRowsError, log_many
from pipeline.http import writers


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def activity_bulk(request: HttpRequest) -> HttpResponse:
    """Log the rows of a page: all of them, or the good ones where the author says so."""
    page_request = page_request_of(request)
    form = RowsForm(posted(request), viewer=page_request.viewer, now=page_request.now)
    if form.sent and not form.wants_more and (logged := _logged(page_request, form)):
        messages.success(request, f"{logged} logged.")
        if not form.rows:
            return redirect("pipeline:activities")
    status = 400 if form.faults else 200
    return render(request, "pipeline/activities/activity_bulk.html", {"form": form}, status=status)


def _logged(page_request: PageRequest, form: RowsForm) -> int:
    """Log what the form lets through and return how many; those rows are then gone from it."""
    good = form.good
    if form.faults and not form.skips:
        return 0
    try:
        logged = log_many(good, by=page_request.viewer, now=page_request.now)
    except RefusedRowsError as refusal:
        form.refuse(refusal.errors)
        if not form.skips:
            return 0
        logged = log_many(form.good, by=page_request.viewer, now=page_request.now)
    form.leave_out(list(logged))
    return len(logged)
