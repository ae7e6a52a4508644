"""Accounts and contacts."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.export import csv_response
from kit.tables import Empty, Table
from org.http import PageRequest, form_page, page_request_of, posted, saved, sellers
from pipeline import rules
from pipeline.accounts.forms.accounts import AccountFilter, AccountForm, ContactForm
from pipeline.accounts.reports.accounts import account_file, account_list, account_page, accounts_of
from pipeline.accounts.reports.duplicates import accounts_like, contacts_like
from pipeline.accounts.tables import ACCOUNTS, LAST_ACTIVITIES
from pipeline.activities.forms.activities import LogForm
from pipeline.customers.fields import spelt, suggested_accounts
from pipeline.customers.models import Account, Contact
from pipeline.customers.services import accounts as services
from pipeline.deals.tables import OF_AN_ACCOUNT
from pipeline.http import writers

MAY_BE_THERE = "It may be there already: look above."


@require_safe
@sellers
def accounts(request: HttpRequest) -> HttpResponseBase:
    """List the customers, as a page or as a file."""
    page_request = page_request_of(request)
    form = AccountFilter(request.GET)
    if not form.is_valid():
        return render(request, "pipeline/accounts/accounts.html", {"form": form}, status=400)
    given = dict(form.cleaned_data)
    number, sort, file = (given.pop(name) for name in ("page", "sort", "file"))
    rows = sort.apply(accounts_of(page_request.viewer, **given), ACCOUNTS)
    if file:
        return csv_response("accounts.csv", ACCOUNTS, account_file(page_request.viewer, rows))
    page = account_list(page_request.viewer, rows, number=number)
    may_write = rules.can_write(page_request.viewer)
    table = Table(
        columns=ACCOUNTS,
        rows=page.rows,
        caption="Accounts",
        sort=sort,
        page=page,
        base_query=request.GET,
        empty=Empty(
            title="No accounts here.",
            text="Clear the filter, add an account, or let an admin import them.",
            href=reverse("pipeline:account-new") if may_write else reverse("pipeline:accounts"),
            label="New account" if may_write else "Clear the filter",
        ),
    )
    context = {"form": form, "table": table, "may_write": may_write, "now": page_request.now}
    return render(request, "pipeline/accounts/accounts.html", context)


@require_safe
@sellers
def account_suggest(request: HttpRequest) -> HttpResponse:
    """Offer the accounts whose names begin like what is being typed, as options of a list."""
    page_request = page_request_of(request)
    text = (request.GET.get("account") or request.GET.get("parent") or "")[:100]
    names = [spelt(account) for account in suggested_accounts(text, viewer=page_request.viewer)]
    return render(request, "pipeline/accounts/_account_options.html", {"names": names})


@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an account with the viewer's deals and activities there."""
    page_request = page_request_of(request)
    found = _visible(page_request, pk)
    page = account_page(page_request.viewer, found, now=page_request.now, today=page_request.today)
    deals = Table(
        columns=OF_AN_ACCOUNT,
        rows=page.deals,
        caption=f"Deals of {found}",
        empty=Empty(title="No deals here that you may see."),
    )
    done = Table(
        columns=LAST_ACTIVITIES,
        rows=page.activities,
        caption=f"Activities with {found}",
        empty=Empty(title="Nothing logged yet.", text="Log a call or a meeting above."),
    )
    context = {
        "page": page,
        "account": found,
        "deals": deals,
        "activities": done,
        "log": LogForm(viewer=page_request.viewer, now=page_request.now, account=found),
        "currency": page_request.currency,
        "now": page_request.now,
    }
    return render(request, "pipeline/accounts/account.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def account_new(request: HttpRequest) -> HttpResponse:
    """Enter a customer; one of the same name is pointed out first."""
    page_request = page_request_of(request)
    form = AccountForm(posted(request), viewer=page_request.viewer)
    given = form.cleaned_data if form.is_valid() else {}
    alike = []
    if given and not given["same_name_too"]:
        alike = accounts_like(page_request.viewer, given["name"], website=given["website"])
    made = None
    if alike:
        form.add_error("name", MAY_BE_THERE)
    else:
        made = saved(
            form, lambda: services.create_account(by=page_request.viewer, **form.cleaned_data)
        )
    if made is None:
        return form_page(request, "pipeline/accounts/account_form.html", form, alike=alike)
    messages.success(request, f"{made.name} is created.")
    return redirect("pipeline:account", pk=made.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a customer; what somebody else changed meanwhile is not overwritten unseen."""
    page_request = page_request_of(request)
    found = _writable(page_request, pk)
    form = AccountForm(posted(request), viewer=page_request.viewer, account=found)
    try:
        if saved(
            form,
            lambda: services.edit_account(
                found, by=page_request.viewer, changes=form.changes(), seen=form.seen()
            ),
        ):
            messages.success(request, "Saved.")
            return redirect("pipeline:account", pk=pk)
    except services.FieldConflict as conflict:
        context = {"form": form.tell(conflict), "account": found}
        return render(request, "pipeline/accounts/account_form.html", context, status=409)
    return form_page(request, "pipeline/accounts/account_form.html", form, account=found)


@require_POST
def account_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a customer out of the lists, or bring an archived one back."""
    page_request = page_request_of(request)
    found = _writable(page_request, pk)
    try:
        if found.archived_at is None:
            services.archive_account(found, by=page_request.viewer, at=page_request.now)
        else:
            services.restore_account(found, by=page_request.viewer)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("pipeline:account", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter somebody at a customer."""
    page_request = page_request_of(request)
    found = _writable(page_request, pk)
    form = ContactForm(posted(request))
    given = form.cleaned_data if form.is_valid() else {}
    alike = []
    if given and not given["another_too"]:
        alike = contacts_like(page_request.viewer, found, given["full_name"], email=given["email"])
    made = None
    if alike:
        form.add_error("full_name", MAY_BE_THERE)
    else:
        made = saved(
            form,
            lambda: services.create_contact(
                by=page_request.viewer, account=found, **form.cleaned_data
            ),
        )
    if made:
        return redirect("pipeline:account", pk=pk)
    return form_page(
        request, "pipeline/accounts/contact_form.html", form, account=found, alike=alike
    )


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit somebody at a customer."""
    page_request = page_request_of(request)
    contact = _contact(page_request, pk)
    about = {"account": contact.account, "contact": contact}
    form = ContactForm(posted(request), contact=contact)
    try:
        if saved(
            form,
            lambda: services.edit_contact(
                contact, by=page_request.viewer, changes=form.changes(), seen=form.seen()
            ),
        ):
            return redirect("pipeline:account", pk=contact.account_id)
    except services.FieldConflict as conflict:
        context = {"form": form.tell(conflict), **about}
        return render(request, "pipeline/accounts/contact_form.html", context, status=409)
    return form_page(request, "pipeline/accounts/contact_form.html", form, **about)


@require_POST
def contact_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a contact out of the lists."""
    page_request = page_request_of(request)
    contact = _contact(page_request, pk)
    services.archive_contact(contact, by=page_request.viewer, at=page_request.now)
    return redirect("pipeline:account", pk=contact.account_id)


def _visible(page_request: PageRequest, pk: int) -> Account:
    rows = Account.objects.visible_to(page_request.viewer).select_related(
        "owner", "parent", "merged_into"
    )
    return get_object_or_404(rows, pk=pk)


def _writable(page_request: PageRequest, pk: int) -> Account:
    found = _visible(page_request, pk)
    if not rules.can_write(page_request.viewer):
        raise PermissionDenied
    return found


def _contact(page_request: PageRequest, pk: int) -> Contact:
    rows = Contact.objects.visible_to(page_request.viewer).select_related("account")
    found = get_object_or_404(rows, pk=pk)
    if not rules.can_write(page_request.viewer):
        raise PermissionDenied
    return found
