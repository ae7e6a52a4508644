"""Bookings by territory, which accounts lie where, and what a quota is the sum of."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.attainment import forms
from analytics.attainment.reports import territories as reports
from analytics.attainment.reports.quota_sources import QuotaSources
from analytics.attainment.reports.quota_sources import quota_sources as sources_of
from analytics.attainment.tables import SOURCES
from analytics.context.reports import organisation_calendar
from analytics.context.views import figures_page
from kit.money import from_cents
from kit.tables import Empty, Table
from org import access
from org.http import PersonRequest, page_request_of
from org.models.calendar import FiscalPeriod


@require_safe
def territory_bookings(request: HttpRequest) -> HttpResponse:
    """Show what each territory has come to in a period, as known on a day."""
    page_request = page_request_of(request)
    if not access.sees_everyone(page_request.viewer):
        raise PermissionDenied("Totals by territory are for admins and executives.")
    calendar = organisation_calendar()
    standard = calendar.holding(page_request.today)
    if standard is None:
        return render(
            request, "analytics/attainment/territory_bookings.html", {"no_calendar": True}
        )
    form = forms.TerritoryFilter(request.GET, today=page_request.today, standard=standard.pk)
    if not form.is_valid():
        return render(
            request, "analytics/attainment/territory_bookings.html", {"form": form}, status=400
        )
    chosen: FiscalPeriod = form.cleaned_data["period"]
    past_day = form.cleaned_data["as_of"]
    moment = calendar.end_of(past_day) if past_day else page_request.now
    found = reports.by_territory(
        page_request.viewer,
        period=calendar.named(chosen.pk),
        as_of=moment,
        past_day=past_day,
        calendar=calendar,
    )
    context = {"form": form, "found": found, "period": chosen, "moment": moment}
    return render(request, "analytics/attainment/territory_bookings.html", context)


@figures_page(forms.QuotaSourcesForm, "analytics/attainment/quota_sources.html")
def quota_sources(request: PersonRequest, form: forms.QuotaSourcesForm) -> HttpResponse:
    """Show the quotas that were set and that a quota is the sum of, and what is booked of it."""
    found = sources_of(form.report_view(form.scope), person=form.person)
    context = {
        "form": form,
        "found": found,
        "report_view": found.report_view,
        "table": _sources_table(found),
    }
    return render(request, "analytics/attainment/quota_sources.html", context | _standing(found))


def _sources_table(found: QuotaSources) -> Table:
    label = found.report_view.period.period.label
    return Table(
        columns=SOURCES,
        rows=found.lines,
        caption=f"Quotas that count for {label}",
        totals={"quota": from_cents(found.target.amount)} if found.target else None,
        empty=Empty(
            title=f"No quota counts for {label} here.",
            text="Quotas are set for people and teams, by month, quarter or year.",
            href=reverse("org:quotas"),
            label="Quotas",
        ),
    )


def _standing(found: QuotaSources) -> dict[str, Any]:
    """Return quota, bookings and gap in units of the reporting currency."""
    standing: dict[str, Any] = {"quota": found.target and from_cents(found.target.amount)}
    if found.reached is not None:
        standing["booked"] = from_cents(found.reached.actual)
        standing["gap"] = from_cents(found.reached.gap)
        standing["booked_href"] = found.report_view.won.url()
    return standing
