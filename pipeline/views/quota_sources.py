"""Where the quota of a figure comes from."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from kit.money import from_cents
from kit.tables import Empty, Table
from org.http import PersonRequest
from pipeline.forms.quota_sources import QuotaSourcesForm
from pipeline.reports.quota_sources import QuotaSources, quota_sources
from pipeline.reports.setting import setting
from pipeline.tables.quotas import SOURCES
from pipeline.views.visit import sellers


@require_safe
@sellers
def sources(request: PersonRequest) -> HttpResponse:
    """Show the quotas that were set and that a quota is the sum of, and what is booked of it."""
    form = QuotaSourcesForm(
        request.GET, viewer=request.user, calendar=setting(), now=timezone.now()
    )
    form.full_clean()
    if form.is_elsewhere:
        raise Http404
    context: dict[str, Any] = {"form": form}
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(request, "pipeline/quota_sources.html", context, status=status)
    found = quota_sources(form.look(form.scope), person=form.person)
    context |= {"found": found, "look": found.look, "table": _table(found)}
    return render(request, "pipeline/quota_sources.html", context | _standing(found))


def _table(found: QuotaSources) -> Table:
    label = found.look.period.period.label
    return Table(
        columns=SOURCES,
        rows=found.lines,
        caption=f"Quotas that count for {label}",
        totals={"quota": from_cents(found.target.amount)} if found.target else None,
        empty=Empty(
            title=f"No quota counts for {label} here.",
            text="Quotas are set for people and teams, by month, quarter or year.",
            href=reverse("pipeline:quotas"),
            label="Quotas",
        ),
    )


def _standing(found: QuotaSources) -> dict[str, Any]:
    """Return quota, bookings and gap in units of the reporting currency."""
    standing: dict[str, Any] = {"quota": found.target and from_cents(found.target.amount)}
    if found.reached is not None:
        gap = found.reached.gap
        standing["booked"] = from_cents(found.reached.actual)
        standing["gap"] = None if gap is None else from_cents(gap)
        standing["booked_href"] = found.look.won.url()
    return standing
