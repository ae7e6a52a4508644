"""Meetings from a calendar file: load, look at what would be logged, log, take back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from kit.tables import Empty, Table
from org.http import form_page, page_request_of, posted, saved
from pipeline.activities.forms.calendars import CalendarForm, PickForm
from pipeline.activities.models import CalendarUpload
from pipeline.activities.reports.calendars import calendar_rows
from pipeline.activities.services.calendars import load_calendar, log_calendar, undo_calendar
from pipeline.activities.tables import CALENDARS
from pipeline.http import writers

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def calendars(request: HttpRequest) -> HttpResponse:
    """Load a calendar file; list those that were loaded."""
    page_request = page_request_of(request)
    form = CalendarForm(posted(request), request.FILES or None)
    loaded = saved(
        form,
        lambda: load_calendar(
            form.cleaned_data["file"].read(),
            by=page_request.viewer,
            file_name=form.cleaned_data["file"].name,
            now=page_request.now,
            submission=form.cleaned_data["submission"],
        ),
    )
    if loaded is not None:
        return redirect(loaded)
    table = Table(
        columns=CALENDARS,
        rows=list(CalendarUpload.objects.visible_to(page_request.viewer)[:SHOWN]),
        caption="Your calendars",
        empty=Empty(title="No calendar yet.", text="Export one from Outlook or Google Calendar."),
    )
    return form_page(
        request, "pipeline/activities/calendars.html", form, table=table, now=page_request.now
    )


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would become of a calendar's meetings, and log those that are chosen."""
    page_request = page_request_of(request)
    found = get_object_or_404(CalendarUpload.objects.visible_to(page_request.viewer), pk=pk)
    form = PickForm(posted(request), calendar_rows(page_request.viewer, found))
    if form.sent is not None and not form.faults:
        count = log_calendar(
            found, by=page_request.viewer, picks=form.picks(), now=page_request.now
        )
        messages.success(request, f"{count} meetings logged." if count else "Nothing new to log.")
        return redirect(found)
    status = 400 if form.faults else 200
    context = {"form": form, "calendar": found, "now": page_request.now}
    return render(request, "pipeline/activities/calendar.html", context, status=status)


@require_POST
@writers
def calendar_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out what was logged from a calendar."""
    page_request = page_request_of(request)
    found = get_object_or_404(CalendarUpload.objects.visible_to(page_request.viewer), pk=pk)
    count = undo_calendar(found, by=page_request.viewer, at=page_request.now)
    messages.success(request, f"{count} meetings taken out.")
    return redirect(found)
