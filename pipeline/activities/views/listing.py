"""What people did with customers: the list, and logging."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.export import csv_response
from kit.tables import Empty, Table, query_with
from org.http import back_to, form_page, page_request_of, posted, saved, sellers
from pipeline import rules
from pipeline.activities.forms.activities import ActivityFilter, LogForm
from pipeline.activities.models import Activity
from pipeline.activities.reports.activities import activities_of, activity_list
from pipeline.activities.services import activities as services
from pipeline.activities.tables import ACTIVITIES
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
    page = activity_list(rows, number=form.cleaned_data["page"])
    may_write = rules.can_write(page_request.viewer)
    table = Table(
        columns=ACTIVITIES,
        rows=page.rows,
        caption="Activities",
        sort=form.cleaned_data["sort"],
        page=page,
        base_query=request.GET,
        empty=Empty(
            title="No activities here.",
            text="Log one here, on the page of a deal or of an account, or clear the filter.",
            href=reverse("pipeline:activity-log" if may_write else "pipeline:activities"),
            label="Log activity" if may_write else "Clear the filter",
        ),
    )
    csv_href = reverse("pipeline:activities-csv") + query_with(request.GET, {"page": None})
    context = {"form": form, "table": table, "csv_href": csv_href, "now": page_request.now}
    return render(request, "pipeline/activities/activities.html", context)


@require_safe
@sellers
def activities_csv(request: HttpRequest) -> HttpResponseBase:
    """Download every activity of the filter, not only the page's."""
    page_request = page_request_of(request)
    form = ActivityFilter(request.GET, viewer=page_request.viewer)
    if not form.is_valid():
        return render(request, "pipeline/activities/activities.html", {"form": form}, status=400)
    rows = activities_of(page_request.viewer, **form.arguments())
    return csv_response("activities.csv", ACTIVITIES, rows.iterator(chunk_size=2000))


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def activity_new(request: HttpRequest) -> HttpResponse:
    """Log an activity on the deal, account or contact that the sending page names."""
    page_request = page_request_of(request)
    form = LogForm(posted(request), viewer=page_request.viewer, now=page_request.now)
    logged = saved(
        form,
        lambda: services.log_activity(
            by=page_request.viewer, now=page_request.now, **form.values()
        ),
    )
    if logged is None:
        return form_page(request, "pipeline/activities/activity_new.html", form)
    messages.success(request, "Logged.")
    return redirect(back_to(request, form.cleaned_data["next"], otherwise=about_of(logged)))


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


def about_of(logged: Activity) -> str:
    """Return the page of what an activity is about."""
    if logged.deal_id:
        return reverse("analytics:deal", args=[logged.deal_id])
    if logged.account_id:
        return reverse("pipeline:account", args=[logged.account_id])
    return reverse("pipeline:activities")
