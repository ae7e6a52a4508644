"""The team dashboard and a person's own page."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.context.forms import ReportViewForm
from analytics.context.reports import organisation_calendar, person_scope
from analytics.context.views import asked
from analytics.dashboards import pages
from analytics.dashboards.forms import QuickLogForm, TeamDashboardForm
from analytics.dashboards.reports.me import my_report
from analytics.dashboards.reports.team import team_report
from analytics.dashboards.reports.trend import open_pipeline_trend
from analytics.dashboards.tables import TEAMS, subteam_rows, team_download, team_lines
from kit.export import csv_response
from org import access
from org.http import PersonRequest
from org.models.people import Person
from pipeline import rules


@require_safe
def team(request: PersonRequest) -> HttpResponse:
    """Where will we land, and who needs me: the dashboard of a team."""
    form = asked(request, TeamDashboardForm)
    if not form.is_valid():
        return invalid_page(request, "analytics/dashboards/team.html", form)
    report = team_report(form.report_view(form.scope))
    given = form.cleaned_data
    order = {name: given[name] for name in ("sort", "teams_sort", "page")}
    page = pages.team_page(report, **order, query=request.GET)
    return render(request, "analytics/dashboards/team.html", {"form": form, **page})


@require_safe
def team_trend(request: PersonRequest) -> HttpResponse:
    """The open pipeline by day: a part of the dashboard, which it loads by itself."""
    form = asked(request, TeamDashboardForm)
    if not form.is_valid():
        return invalid_page(request, "analytics/dashboards/team_trend.html", form)
    report_view = form.report_view(form.scope)
    template = (
        "analytics/dashboards/_trend.html"
        if request.headers.get("HX-Request")
        else "analytics/dashboards/team_trend.html"
    )
    return render(
        request, template, pages.trend_page(report_view, open_pipeline_trend(report_view))
    )


@require_safe
def team_file(request: PersonRequest) -> HttpResponseBase:
    """The table of people as a file."""
    form = asked(request, TeamDashboardForm)
    if not form.is_valid():
        return invalid_page(request, "analytics/dashboards/team.html", form)
    report = team_report(form.report_view(form.scope))
    rows = [*pages.people_rows(report, form.cleaned_data["sort"]), *team_lines(report)]
    return csv_response("team.csv", team_download(report), [*rows, report.total])


@require_safe
def team_teams_file(request: PersonRequest) -> HttpResponseBase:
    """The table of the teams below as a file."""
    form = asked(request, TeamDashboardForm)
    if not form.is_valid():
        return invalid_page(request, "analytics/dashboards/team.html", form)
    report = team_report(form.report_view(form.scope))
    rows = subteam_rows(report, form.cleaned_data["teams_sort"])
    return csv_response("teams.csv", TEAMS, [*rows, report.total])


@require_safe
def me(request: PersonRequest) -> HttpResponse:
    """My number, my open deals and what to do next."""
    if not access.sells(request.user):
        raise PermissionDenied
    return _person_page(request, request.user)


@require_safe
def member(request: PersonRequest, pk: int) -> HttpResponse:
    """The same page of somebody whose numbers the viewer may see."""
    return _person_page(request, get_object_or_404(Person.objects.led_by(request.user), pk=pk))


def _person_page(request: PersonRequest, person: Person) -> HttpResponse:
    viewer, form = request.user, report_view_form(request)
    context: dict[str, Any] = {"person": person, "own": person == viewer}
    if not form.is_valid():
        return invalid_page(request, "analytics/dashboards/me.html", form, **context)
    report = my_report(form.report_view(person_scope(person)), person)
    context["may_hand_over"] = person != viewer and rules.can_hand_over(viewer, person)
    context["may_write"] = person == viewer and rules.can_write(viewer)
    if context["may_write"] and report.to_do:
        context["log"] = QuickLogForm(
            viewer=viewer, now=form.now, to_do=report.to_do, back=request.path
        )
    context["may_lead"] = access.leads_teams(viewer)
    context |= pages.my_page(report, query=request.GET)
    return render(request, "analytics/dashboards/me.html", {"form": form, **context})


def report_view_form(request: PersonRequest) -> ReportViewForm:
    return ReportViewForm(
        request.GET, viewer=request.user, calendar=organisation_calendar(), now=timezone.now()
    )


def invalid_page(
    request: PersonRequest, template: str, form: ReportViewForm, **context: object
) -> HttpResponse:
    """Show what is wrong with the address; an empty calendar is nobody's mistake."""
    status = 400 if form.calendar.periods else 200
    return render(request, template, {"form": form, **context}, status=status)
