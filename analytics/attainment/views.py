"""Bookings and attainment by territory, and which accounts lie where."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from analytics.attainment import forms
from analytics.attainment.reports import territories as reports
from analytics.attainment.tables import ACCOUNTS
from analytics.context.reports.organisation_calendar import organisation_calendar
from kit.export import csv_response
from kit.forms import KitForm, add_errors
from kit.pages import paginate
from org import access, rules
from org.http import PageRequest, page_request_of
from org.models.calendar import FiscalPeriod
from org.models.territories import Territory
from pipeline.customers.models import Account
from pipeline.customers.services import territories as services


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


@require_safe
def territory_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """List the accounts that lie in a territory, or in none, and assign more."""
    page_request, territory = _admin_at(request, pk)
    return _page(request, page_request, territory)


def _admin_at(request: HttpRequest, pk: int) -> tuple[PageRequest, Territory]:
    page_request = page_request_of(request)
    if not rules.can_administer(page_request.viewer):
        raise PermissionDenied("Only an admin may assign accounts.")
    return page_request, get_object_or_404(Territory.objects.visible_to(page_request.viewer), pk=pk)


def _page(
    request: HttpRequest, page_request: PageRequest, territory: Territory, **bound: KitForm
) -> HttpResponse:
    address = forms.AccountsPage(request.GET)
    values = address.cleaned_data if address.is_valid() else {"page": 1, "nowhere": False}
    nowhere = values["nowhere"]
    rows = (
        reports.accounts_nowhere(page_request.viewer, day=page_request.today)
        if nowhere
        else reports.accounts_in(page_request.viewer, territory, day=page_request.today)
    )
    context = {
        "territory": territory,
        "page": paginate(rows, number=values["page"]),
        "nowhere": nowhere,
        "today": page_request.today,
        "form": forms.AccountsForm(initial={"since": page_request.today}),
    }
    status = 400 if bound else 200
    return render(
        request, "analytics/attainment/territory_accounts.html", context | bound, status=status
    )


@require_POST
def territory_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Let accounts lie in a territory from a day on."""
    page_request, territory = _admin_at(request, pk)
    form = forms.AccountsForm(request.POST)
    if form.is_valid():
        try:
            services.assign_accounts(
                by=page_request.viewer, territory=territory, **form.cleaned_data
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"They lie in {territory}.")
            return redirect("analytics:territory-accounts", pk)
    return _page(request, page_request, territory, form=form)


@require_POST
def territory_release(request: HttpRequest, pk: int, account: int) -> HttpResponse:
    """Let an account lie in no territory from a day on."""
    page_request, territory = _admin_at(request, pk)
    inside = reports.accounts_in(page_request.viewer, territory, day=page_request.today)
    found = get_object_or_404(inside, pk=account)
    form = forms.AccountEndForm(request.POST)
    if form.is_valid():
        subject = Account.objects.get(pk=found.pk)
        since = form.cleaned_data["on"]
        services.assign_account(subject, by=page_request.viewer, territory=None, since=since)
        messages.success(request, f"{found} lies in no territory from then on.")
    else:
        messages.error(request, "Give the day from which it lies here no longer.")
    return redirect("analytics:territory-accounts", pk)


@require_safe
def territory_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download the accounts of a territory, or those in none."""
    page_request, territory = _admin_at(request, pk)
    if "nowhere" in request.GET:
        rows = reports.accounts_nowhere(page_request.viewer, day=page_request.today)
    else:
        rows = reports.accounts_in(page_request.viewer, territory, day=page_request.today)
    return csv_response("accounts.csv", ACCOUNTS, rows.iterator(chunk_size=2000))
