"""Pages of activities: the list, logging, and meetings from a calendar file."""

from functools import partial
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.export import csv_response
from kit.tables import Empty, Table, paginate, query_with
from org.http import PageRequest, back_to, page_request_of, posted, saved_or_form, sellers
from org.models.people import Person
from pipeline import rules
from pipeline.activities import fields, services
from pipeline.activities.forms import (
    ActivityFilter,
    CalendarForm,
    LogForm,
    PickForm,
    QuickForm,
    RowsForm,
)
from pipeline.activities.models import Activity, CalendarUpload
from pipeline.activities.reports import ACTIVITIES_CAP, activities_of, calendar_rows
from pipeline.activities.tables import ACTIVITIES, CALENDARS
from pipeline.customers.fields import find_account
from pipeline.customers.models import Account
from pipeline.http import writers


@require_safe
@sellers
def activities(request: HttpRequest) -> HttpResponse:
    """List what the viewer's people did, and what anybody did on the viewer's deals."""
    page_request = page_request_of(request)
    form = ActivityFilter(request.GET, viewer=page_request.viewer)
    if not form.is_valid():
        return render(request, "pipeline/activities/activities.html", {"form": form}, status=400)
    rows = activities_of(page_request.viewer, **form.arguments())
    may_write = rules.can_write(page_request.viewer)
    empty = Empty(
        title="No activities here.",
        text="Log one here, on the page of a deal or of an account, or clear the filter.",
        href=reverse("pipeline:activity-log" if may_write else "pipeline:activities"),
        label="Log activity" if may_write else "Clear the filter",
    )
    table = Table.of_page(
        paginate(rows, number=form.cleaned_data["page"], cap=ACTIVITIES_CAP), ACTIVITIES,
        caption="Activities", sort=form.cleaned_data["sort"], query=request.GET, empty=empty,
    )  # fmt: skip
    csv_href = reverse("pipeline:activities-csv") + query_with(request.GET, {"page": None})
    context = {"form": form, "table": table, "csv_href": csv_href, "now": page_request.now}
    return render(request, "pipeline/activities/activities.html", context)


@require_safe
@sellers
def activities_csv(request: HttpRequest) -> HttpResponseBase:
    """Download every activity of the filter, not only the page's."""
    viewer = page_request_of(request).viewer
    form = ActivityFilter(request.GET, viewer=viewer)
    if not form.is_valid():
        return render(request, "pipeline/activities/activities.html", {"form": form}, status=400)
    rows = activities_of(viewer, **form.arguments())
    return csv_response("activities.csv", ACTIVITIES, rows.iterator(chunk_size=2000))


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def activity_new(request: HttpRequest) -> HttpResponse:
    """Log an activity on the deal, account or contact that the sending page names."""
    page_request = page_request_of(request)
    form = LogForm(posted(request), viewer=page_request.viewer, now=page_request.now)
    return saved_or_form(
        request, "pipeline/activities/activity_new.html", form,
        lambda: services.log_activity(
            by=page_request.viewer, now=page_request.now, **form.values()
        ),
        to=partial(_back, request, form), said="Logged.",
    )  # fmt: skip


@require_POST
def activity_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what was logged by mistake."""
    page_request = page_request_of(request)
    rows = Activity.objects.visible_to(page_request.viewer).select_related(
        "person", "deal", "account"
    )
    found = get_object_or_404(rows, pk=pk)
    if not rules.can_change_activity(page_request.viewer, found):
        raise PermissionDenied
    services.archive_activity(found, by=page_request.viewer, at=page_request.now)
    messages.success(request, f"“{found.subject}” is taken out.")
    return redirect("pipeline:activities")


def _back(request: HttpRequest, form: LogForm | QuickForm, logged: Activity) -> str:
    """Return where the author came from, else the page of what the activity is about."""
    about = reverse("pipeline:activities")
    if logged.deal_id:
        about = reverse("analytics:deal", args=[logged.deal_id])
    elif logged.account_id:
        about = reverse("pipeline:account", args=[logged.account_id])
    return back_to(request, form.cleaned_data["next"], otherwise=about)


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def activity_log(request: HttpRequest) -> HttpResponse:
    """Log an activity from wherever one is: a dialog over the page, or a page of its own."""
    page_request = page_request_of(request)
    form = QuickForm(
        posted(request), viewer=page_request.viewer, now=page_request.now, back=_came_from(request)
    )
    if request.headers.get("HX-Request"):
        return render(request, "pipeline/activities/_log_anywhere.html", {"form": form})
    return saved_or_form(
        request, "pipeline/activities/activity_log.html", form,
        lambda: services.log_and_plan(
            by=page_request.viewer, now=page_request.now, source="page", **form.values()
        ),
        to=partial(_back, request, form), said="Logged: {}.",
    )  # fmt: skip


@require_safe
@sellers
def deal_suggest(request: HttpRequest) -> HttpResponse:
    """Offer the open deals whose names begin like what is being typed, as options of a list."""
    page_request = page_request_of(request)
    # Many rows of a page each have a field for a deal.
    field = next((name for name in request.GET if name.rpartition("-")[2] == "deal"), "deal")
    found = fields.suggested_deals(request.GET.get(field, "")[:100], viewer=page_request.viewer)
    options = fields.spelt_deals(found, viewer=page_request.viewer)
    return render(request, "pipeline/activities/_options.html", {"options": options})


@require_safe
@sellers
def contact_suggest(request: HttpRequest) -> HttpResponse:
    """Offer the contacts at the deal or account that the same form names."""
    page_request = page_request_of(request)
    found = fields.suggested_contacts(
        request.GET.get("contact", "")[:100],
        viewer=page_request.viewer,
        account=_account_named(request, page_request.viewer),
    )
    options = [(fields.spelt_contact(contact), contact.title) for contact in found]
    return render(request, "pipeline/activities/_options.html", {"options": options})


def _account_named(request: HttpRequest, viewer: Person) -> Account | None:
    """Return the account of the typed deal, or the typed one; None while neither is found."""
    deal, account = (request.GET.get(name, "")[:230].strip() for name in ("deal", "account"))
    try:
        if deal:
            return fields.find_deal(deal, viewer=viewer).account
        return find_account(account, viewer=viewer) if account else None
    except ValidationError:
        return None


def _came_from(request: HttpRequest) -> str:
    """Return the path that the address names, or that of the page the dialog stands over."""
    if wanted := request.GET.get("next"):
        return wanted
    whole = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{whole.path}?{whole.query}" if whole.query else whole.path


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
        logged = services.log_many(good, by=page_request.viewer, now=page_request.now)
    except services.RefusedRowsError as refusal:
        form.refuse(refusal.errors)
        if not form.skips:
            return 0
        logged = services.log_many(form.good, by=page_request.viewer, now=page_request.now)
    form.leave_out(list(logged))
    return len(logged)


SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def calendars(request: HttpRequest) -> HttpResponse:
    """Load a calendar file; list those that were loaded."""
    page_request = page_request_of(request)
    form = CalendarForm(posted(request), request.FILES or None)
    table = Table(
        columns=CALENDARS,
        rows=list(CalendarUpload.objects.visible_to(page_request.viewer)[:SHOWN]),
        caption="Your calendars",
        empty=Empty(title="No calendar yet.", text="Export one from Outlook or Google Calendar."),
    )
    return saved_or_form(
        request, "pipeline/activities/calendars.html", form,
        lambda: services.load_calendar(
            form.cleaned_data["file"].read(),
            by=page_request.viewer,
            file_name=form.cleaned_data["file"].name,
            now=page_request.now,
            submission=form.cleaned_data["submission"],
        ),
        table=table, now=page_request.now,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what would become of a calendar's meetings, and log those that are chosen."""
    page_request = page_request_of(request)
    found = get_object_or_404(CalendarUpload.objects.visible_to(page_request.viewer), pk=pk)
    form = PickForm(posted(request), calendar_rows(page_request.viewer, found))
    if form.sent is not None and not form.faults:
        count = services.log_calendar(
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
    count = services.undo_calendar(found, by=page_request.viewer, at=page_request.now)
    messages.success(request, f"{count} meetings taken out.")
    return redirect(found)
