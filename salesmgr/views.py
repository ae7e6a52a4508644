"""The home pages: where each person starts, the team dashboard and the own page."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from analytics.context.reports import ReportView, person_scope
from analytics.context.views import asked
from analytics.dashboards.forms import TeamDashboardForm
from analytics.dashboards.views import invalid_page, report_view_form
from forecasting.reports.shown import shown_forecast
from org.enums import SubjectKind
from org.http import PersonRequest
from org.models.people import Person
from pipeline.deals.models import Deal


@require_safe
def home(request: PersonRequest) -> HttpResponse:
    """Lead each person to the page that their role opens first."""
    person = request.user
    if person.is_manager or person.is_executive:
        return redirect("team")
    if person.is_admin:
        return redirect("team" if Deal.objects.exists() else "setup")
    if person.is_rep:
        return redirect("me")
    if person.is_recruiter:
        return redirect("hiring:requisitions")
    raise PermissionDenied("You have no role here yet. Ask your sales operations for one.")


@require_safe
def team_forecast(request: PersonRequest) -> HttpResponse:
    """The forecast of the team: a part of the dashboard, which it loads by itself."""
    form = asked(request, TeamDashboardForm)
    if not form.is_valid():
        return invalid_page(request, "analytics/dashboards/team.html", form)
    return _forecast(request, form.report_view(form.scope))


@require_safe
def member_forecast(request: PersonRequest, pk: int) -> HttpResponse:
    """The forecast of a person: a part of their page."""
    person = get_object_or_404(Person.objects.led_by(request.user), pk=pk)
    form = report_view_form(request)
    if not form.is_valid():
        return invalid_page(request, "analytics/dashboards/me.html", form, person=person)
    return _forecast(request, form.report_view(person_scope(person)))


def _forecast(request: PersonRequest, report_view: ReportView) -> HttpResponse:
    subject = report_view.scope.subject
    if subject.kind is SubjectKind.BELOW:
        raise Http404  # Forecasts are made of people and teams, not of a manager's reports.
    told = shown_forecast(request.user, subject, period=report_view.period, as_of=report_view.as_of)
    return render(request, "forecasting/_team_forecast.html", {"forecast": told})
