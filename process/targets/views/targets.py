"""Activity targets: setting them, and who reached how much of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from analytics.context.forms import ReportViewForm
from analytics.context.reports import organisation_calendar, person_scope
from analytics.context.views import figures_page
from kit.export import csv_response
from kit.tables import Empty, Table
from org.http import PersonRequest, admins_only, form_page, page_request_of, posted, saved, sellers
from org.models.people import Person
from process.models import ActivityTarget
from process.targets.forms import OwedForm, TargetForm
from process.targets.reports import owing, targets_in_force
from process.targets.services import set_activity_target
from process.targets.tables import FIGURES, REACHED, VERSIONS


@figures_page(OwedForm, "process/targets/activity_attainment.html")
def activity_attainment(request: PersonRequest, form: OwedForm) -> HttpResponse:
    """Show what each person did of the activities that their role owes."""
    report_view = form.report_view(form.scope)
    found = owing(report_view, form.span(report_view))
    context = {
        "form": form,
        "found": found,
        "report_view": report_view,
        "table": Table(
            columns=REACHED,
            rows=found.lines,
            caption="Activities against their targets",
            empty=_empty(request.user),
        ),
        "csv_href": f"{reverse('process:activity-attainment-csv')}?{request.GET.urlencode()}",
    }
    return render(request, "process/targets/activity_attainment.html", context)


@figures_page(OwedForm, "process/targets/activity_attainment.html")
def activity_attainment_csv(request: PersonRequest, form: OwedForm) -> HttpResponseBase:
    """Download what each person did of the activities that their role owes."""
    report_view = form.report_view(form.scope)
    return csv_response(
        "activity-targets.csv", REACHED, owing(report_view, form.span(report_view)).lines
    )


@require_safe
@sellers
def activity_attainment_of(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one person's activities against their targets: a part of their page."""
    person = get_object_or_404(Person.objects.led_by(request.user), pk=pk)
    now = timezone.now()
    form = ReportViewForm(
        request.GET, viewer=request.user, calendar=organisation_calendar(), now=now
    )
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(
            request, "process/targets/activity_attainment.html", {"form": form}, status=status
        )
    report_view = form.report_view(person_scope(person))
    found = owing(report_view, report_view.period.period)
    table = Table(columns=FIGURES, rows=found.lines, caption="Activities against their targets")
    context = {"found": found, "table": table}
    return render(request, "process/targets/_activity_attainment.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@admins_only
def activity_targets(request: HttpRequest) -> HttpResponse:
    """Set what a role owes, and show what it owes now and owed before."""
    page_request = page_request_of(request)
    form = TargetForm(posted(request), today=page_request.today)
    target = saved(
        form,
        lambda: set_activity_target(
            by=page_request.viewer, at=page_request.now, **form.cleaned_data
        ),
    )
    if target is not None:
        messages.success(request, f"{target} from {target.starts_on:%-d %b %Y}.")
        return redirect("process:activity-targets")
    versions = ActivityTarget.objects.visible_to(page_request.viewer).select_related("set_by")
    context: dict[str, Any] = {
        "in_force": targets_in_force(page_request.now, page_request.today),
        "versions": Table(
            columns=VERSIONS,
            rows=list(versions[:200]),
            caption="Every version of the targets",
            empty=Empty(title="No targets yet.", text="Set the first one with the form."),
        ),
        "now": page_request.now,
    }
    return form_page(request, "process/targets/activity_targets.html", form, **context)


def _empty(viewer: Person) -> Empty:
    if viewer.is_admin:
        return Empty(
            title="No activity targets for these people.",
            text="Attainment is defined where the role has a target.",
            href=reverse("process:activity-targets"),
            label="Set targets",
        )
    return Empty(
        title="No activity targets for these people.",
        text="Attainment is defined where the role has a target. Sales operations set them.",
    )
