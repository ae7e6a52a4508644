"""The organisation, its fiscal calendar, days off and exchange rates, for admins."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.forms import KitForm
from kit.markup import Tab
from kit.tables import query_with
from org import access
from org.forms import set_up as forms
from org.http import PersonRequest, View, admins_only, done, form_page, posted, saved
from org.models.calendar import ExchangeRate, Holiday, Organisation
from org.reports import set_up as reports
from org.services import calendar as services

FORM_OF = {forms.YEARS: "year_form", forms.HOLIDAYS: "holiday_form", forms.RATES: "rate_form"}
SETTINGS = tuple(forms.OrganisationForm.base_fields)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: PersonRequest) -> HttpResponse:
    subject = reports.settings_now()
    initial = {name: getattr(subject, name) for name in SETTINGS}
    form = forms.OrganisationForm(posted(request), initial=initial)
    is_first = not Organisation.objects.exists()
    if not saved(form, lambda: services.configure(by=request.user, **form.cleaned_data)):
        return form_page(request, "org/organisation.html", form)
    messages.success(request, "Saved.")
    # The first time the rest is still to be set up: the home page leads on to it.
    return redirect("home" if is_first else "org:organisation")


@admins_only
@require_safe
def calendar(request: PersonRequest) -> HttpResponse:
    form = forms.CalendarPartForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    return _page(request, asked.get("part") or forms.YEARS, year=asked.get("year"))


def _page(
    request: PersonRequest, part: str, *, year: int | None = None, form: KitForm | None = None
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
    if form is not None:
        context[FORM_OF[part]] = form
    return render(request, "org/calendar.html", context, status=400 if form else 200)


def _tab(label: str, *, current: bool, **query: str | int) -> Tab:
    return Tab(label=label, href=query_with({}, query), current=current)


def _back(part: str, day: date | None = None) -> HttpResponse:
    """Lead back to the part of the calendar in which something was done."""
    year = day.year if day else None
    return redirect(reverse("org:calendar") + query_with({}, {"part": part, "year": year}))


def _adding(
    part: str, made: type[KitForm], service: Callable[..., Any], words: str, day: str = ""
) -> View:
    """Return the view of the form of a part; ``day`` is its field that has the year."""

    @admins_only
    @require_POST
    def add(request: PersonRequest) -> HttpResponse:
        form = made(request.POST)
        if not saved(form, lambda: service(by=request.user, **form.cleaned_data)):
            return _page(request, part, form=form)
        messages.success(request, words)
        return _back(part, form.cleaned_data.get(day))

    return add


def _removing(
    part: str, rows: QuerySet, service: Callable[..., None], words: str, day: str
) -> View:
    @admins_only
    @require_POST
    def remove(request: PersonRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(rows, pk=pk)
        when = getattr(row, day)
        done(request, lambda: service(row, by=request.user), words)
        return _back(part, when)

    return remove


add_year = _adding(forms.YEARS, forms.YearForm, services.add_year, "Fiscal year added.")
add_holiday = _adding(
    forms.HOLIDAYS, forms.HolidayForm, services.add_holiday, "Day off added.", "day"
)
remove_holiday = _removing(
    forms.HOLIDAYS,
    Holiday.objects.all(),
    services.remove_holiday,
    "It is a working day again.",
    "day",
)
set_rate = _adding(
    forms.RATES,
    forms.RateForm,
    services.set_exchange_rate,
    "The rate is there. Amounts converted before keep theirs.",
    "valid_from",
)
remove_rate = _removing(
    forms.RATES,
    ExchangeRate.objects.all(),
    services.remove_exchange_rate,
    "The rate is gone.",
    "valid_from",
)
