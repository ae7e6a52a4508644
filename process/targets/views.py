"""Activity targets: setting them, who reached how much of them, and what came of activities."""

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
from kit.tables import Empty, Table, query_with
from org.http import PersonRequest, admins_only, form_page, page_request_of, posted, saved, sellers
from org.models.people import Person
from pipeline.enums import ACTIVITY_LABELS, ActivityKind, Status
from process.models import ActivityTarget
from process.targets.forms import OutcomeForm, OwedForm, TargetForm
from process.targets.metrics import Reach, share_of
from process.targets.reports import Outcome, activity_outcome, cohort_page, owing, targets_in_force
from process.targets.services import set_activity_target
from process.targets.tables import (
    FIGURES,
    OF_THE_COHORT,
    REACHED,
    VERSIONS,
    outcome_columns,
    reach_label,
)


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


@figures_page(OutcomeForm, "process/targets/activity_outcomes.html")
def activity_outcomes(request: PersonRequest, form: OutcomeForm) -> HttpResponse:
    """Show how deals ended by when they had a first activity, and the deals of one figure."""
    given = form.cleaned_data
    found = activity_outcome(
        form.report_view(form.scope), ActivityKind(given["kind"]), given["days"]
    )
    return render(request, "process/targets/activity_outcomes.html", _context(request, form, found))


def _context(request: PersonRequest, form: OutcomeForm, found: Outcome) -> dict[str, Any]:
    kind = ACTIVITY_LABELS[found.kind].lower()
    funnel = found.funnel

    def href(reach: str, status: str) -> str:
        return query_with(request.GET, {"show": f"{reach}:{status}", "page": None}) + "#deals"

    early = funnel.group(Reach.EARLY)
    steps = [
        ("Created in the period", funnel.deals, href("", ""), None),
        (
            reach_label(Reach.EARLY, kind=kind, days=found.days),
            early.deals,
            href(Reach.EARLY, ""),
            share_of(early.deals, funnel.deals),
        ),
        ("Of those, closed", early.closed, href(Reach.EARLY, "closed"),
         share_of(early.closed, early.deals)),
        ("Of those, won", early.won, href(Reach.EARLY, Status.WON), early.win_rate),
    ]  # fmt: skip
    return {
        "form": form,
        "found": found,
        "kind": kind,
        "steps": steps,
        "table": Table(
            columns=outcome_columns(kind=kind, days=found.days, href=href),
            rows=funnel.groups,
            caption="How deals ended by their first activity",
        ),
        **_deals(request, form, found, kind),
    }


def _deals(request: PersonRequest, form: OutcomeForm, found: Outcome, kind: str) -> dict[str, Any]:
    """Return the table of the deals that the address asks for; nothing where it asks for none."""
    if not (show := form.cleaned_data["show"]):
        return {}
    reach, _, status = show.partition(":")
    page = cohort_page(found, reach=reach, status=status, number=form.cleaned_data["page"])
    whose = reach_label(Reach(reach), kind=kind, days=found.days) if reach else "All of the period"
    return {
        "deals_title": f"{whose}, {status}" if status else whose,
        "deals": Table(
            columns=OF_THE_COHORT,
            rows=page.rows,
            caption="Deals of the figure",
            page=page,
            base_query=request.GET,
            empty=Empty(title="No deals."),
        ),
    }
