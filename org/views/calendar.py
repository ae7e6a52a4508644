"""The organisation, its fiscal calendar, days off and exchange rates, for admins."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.components import Tab
from kit.forms import KitForm, add_errors
from kit.tables import query_with
from org import access
from org.forms import calendar as forms
from org.http import PersonRequest, admins_only
from org.models.calendar import ExchangeRate, Holiday, Organisation
from org.reports import calendar as reports
from org.services import calendar as services

SETTINGS = tuple(forms.OrganisationForm.base_fields)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: PersonRequest) -> HttpResponse:
    subject = reports.settings_now()
    initial = {name: getattr(subject, name) for name in SETTINGS}
    form = forms.OrganisationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        is_first = not Organisation.objects.exists()
        try:
            services.configure(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            # The first time the rest is still to be set up: the home page leads on to it.
            return redirect("home" if is_first else "org:organisation")
    status = 400 if form.is_bound else 200
    return render(request, "org/organisation.html", {"form": form}, status=status)


@admins_only
@require_safe
def calendar(request: PersonRequest) -> HttpResponse:
    form = forms.CalendarPartForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    return _page(request, asked.get("part") or forms.YEARS, year=asked.get("year"))


def _page(
    request: PersonRequest, part: str, *, year: int | None = None, **bound: KitForm
) -> HttpResponse:
    """Show one part of the calendar; of days off and rates, those of a year, by default this."""
    day = access.today()
    found = reports.calendar_page(day=day, year=year or day.year)
    years = {forms.RATES: found.rate_years, forms.HOLIDAYS: found.holiday_years}.get(part, [])
    context: dict[str, Any] = {
        "found": found,
        "part": part,
        "parts": [_tab(label, current=name == part, part=name) for name, label in forms.PARTS],
        "years": [_tab(str(one), current=one == found.year, part=part, year=one) for one in years],
        "year_form": forms.YearForm(initial={"year": found.next_year}),
        "holiday_form": forms.HolidayForm(),
        "rate_form": forms.RateForm(initial={"valid_from": day}),
    }
    return render(request, "org/calendar.html", context | bound, status=400 if bound else 200)


def _tab(label: str, *, current: bool, **query: str | int) -> Tab:
    return Tab(label=label, href=query_with({}, query), current=current)


def _back(part: str, day: date | None = None) -> HttpResponse:
    """Lead back to the part of the calendar in which something was done."""
    year = day.year if day else None
    return redirect(reverse("org:calendar") + query_with({}, {"part": part, "year": year}))


@admins_only
@require_POST
def add_year(request: PersonRequest) -> HttpResponse:
    form = forms.YearForm(request.POST)
    if form.is_valid():
        try:
            services.add_year(by=request.user, year=form.cleaned_data["year"])
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "The fiscal year is there.")
            return _back(forms.YEARS)
    return _page(request, forms.YEARS, year_form=form)


@admins_only
@require_POST
def add_holiday(request: PersonRequest) -> HttpResponse:
    form = forms.HolidayForm(request.POST)
    if form.is_valid():
        try:
            services.add_holiday(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "The day off is there.")
            return _back(forms.HOLIDAYS, form.cleaned_data["day"])
    return _page(request, forms.HOLIDAYS, holiday_form=form)


@admins_only
@require_POST
def remove_holiday(request: PersonRequest, pk: int) -> HttpResponse:
    holiday = get_object_or_404(Holiday, pk=pk)
    day = holiday.day
    services.remove_holiday(holiday, by=request.user)
    messages.success(request, "It is a working day again.")
    return _back(forms.HOLIDAYS, day)


@admins_only
@require_POST
def set_rate(request: PersonRequest) -> HttpResponse:
    form = forms.RateForm(request.POST)
    if form.is_valid():
        try:
            services.set_exchange_rate(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "The rate is there. Amounts converted before keep theirs.")
            return _back(forms.RATES, form.cleaned_data["valid_from"])
    return _page(request, forms.RATES, rate_form=form)


@admins_only
@require_POST
def remove_rate(request: PersonRequest, pk: int) -> HttpResponse:
    rate = get_object_or_404(ExchangeRate, pk=pk)
    day = rate.valid_from
    try:
        services.remove_exchange_rate(rate, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "The rate is gone.")
    return _back(forms.RATES, day)
