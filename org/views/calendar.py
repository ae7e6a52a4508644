"""The organisation, its fiscal calendar, days off and exchange rates, for admins."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.forms import KitForm, add_errors
from org import access
from org.forms import calendar as forms
from org.http import PersonRequest
from org.models.calendar import ExchangeRate, Holiday
from org.reports import calendar as reports
from org.services import calendar as services
from org.views.doors import admins_only

SETTINGS = tuple(forms.OrganisationForm.base_fields)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: PersonRequest) -> HttpResponse:
    subject = reports.settings_now()
    initial = {name: getattr(subject, name) for name in SETTINGS}
    form = forms.OrganisationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.configure(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            # The first time the rest is still to be set up: the home page leads on to it.
            return redirect("org:organisation" if subject.pk else "home")
    status = 400 if form.is_bound else 200
    return render(request, "org/organisation.html", {"form": form}, status=status)


@admins_only
@require_safe
def calendar(request: PersonRequest) -> HttpResponse:
    return _page(request)


def _page(request: PersonRequest, **bound: KitForm) -> HttpResponse:
    day = access.today()
    found = reports.calendar_page(day=day)
    context: dict[str, Any] = {
        "found": found,
        "year_form": forms.YearForm(initial={"year": found.next_year}),
        "holiday_form": forms.HolidayForm(),
        "rate_form": forms.RateForm(initial={"valid_from": day}),
    }
    return render(request, "org/calendar.html", context | bound, status=400 if bound else 200)


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
            return redirect("org:calendar")
    return _page(request, year_form=form)


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
            return redirect("org:calendar")
    return _page(request, holiday_form=form)


@admins_only
@require_POST
def remove_holiday(request: PersonRequest, pk: int) -> HttpResponse:
    services.remove_holiday(get_object_or_404(Holiday, pk=pk), by=request.user)
    messages.success(request, "It is a working day again.")
    return redirect("org:calendar")


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
            return redirect("org:calendar")
    return _page(request, rate_form=form)


@admins_only
@require_POST
def remove_rate(request: PersonRequest, pk: int) -> HttpResponse:
    try:
        services.remove_exchange_rate(get_object_or_404(ExchangeRate, pk=pk), by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, "The rate is gone.")
    return redirect("org:calendar")
