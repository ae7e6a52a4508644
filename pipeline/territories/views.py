"""Which accounts lie in a territory."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from kit.export import csv_response
from kit.forms import KitForm
from kit.tables import paginate
from org import rules
from org.http import PageRequest, page_request_of, saved
from org.models.territories import Territory
from pipeline.customers import services
from pipeline.customers.models import Account
from pipeline.territories.forms import AccountEndForm, AccountsForm, AccountsPage
from pipeline.territories.reports import accounts_in, accounts_nowhere
from pipeline.territories.tables import TERRITORY_ACCOUNTS


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


def _rows(page_request: PageRequest, territory: Territory, *, nowhere: bool) -> QuerySet[Account]:
    if nowhere:
        return accounts_nowhere(page_request.viewer, day=page_request.today)
    return accounts_in(page_request.viewer, territory, day=page_request.today)


def _page(
    request: HttpRequest, page_request: PageRequest, territory: Territory, **bound: KitForm
) -> HttpResponse:
    address = AccountsPage(request.GET)
    is_given = address.is_valid()
    values: dict[str, Any] = address.cleaned_data if is_given else {"page": 1, "nowhere": False}
    rows = _rows(page_request, territory, nowhere=values["nowhere"])
    context = {
        "territory": territory,
        "page": paginate(rows, number=values["page"]),
        "nowhere": values["nowhere"],
        "today": page_request.today,
        "form": AccountsForm(initial={"since": page_request.today}),
    }
    template = "pipeline/territories/territory_accounts.html"
    return render(request, template, context | bound, status=400 if bound else 200)


@require_POST
def territory_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Let accounts lie in a territory from a day on."""
    page_request, territory = _admin_at(request, pk)
    form = AccountsForm(request.POST)

    def write() -> bool:
        by = page_request.viewer
        services.assign_accounts(by=by, territory=territory, **form.cleaned_data)
        return True

    if not saved(form, write):
        return _page(request, page_request, territory, form=form)
    messages.success(request, f"They lie in {territory}.")
    return redirect("pipeline:territory-accounts", pk)


@require_POST
def territory_release(request: HttpRequest, pk: int, account: int) -> HttpResponse:
    """Let an account lie in no territory from a day on."""
    page_request, territory = _admin_at(request, pk)
    found = get_object_or_404(_rows(page_request, territory, nowhere=False), pk=account)
    form = AccountEndForm(request.POST)
    if form.is_valid():
        subject = Account.objects.get(pk=found.pk)
        since = form.cleaned_data["on"]
        services.assign_account(subject, by=page_request.viewer, territory=None, since=since)
        messages.success(request, f"{found} lies in no territory from then on.")
    else:
        messages.error(request, "Give the day from which it lies here no longer.")
    return redirect("pipeline:territory-accounts", pk)


@require_safe
def territory_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Download the accounts of a territory, or those in none."""
    page_request, territory = _admin_at(request, pk)
    rows = _rows(page_request, territory, nowhere="nowhere" in request.GET)
    return csv_response("accounts.csv", TERRITORY_ACCOUNTS, rows.iterator(chunk_size=2000))
