"""Pages of accounts and contacts, and of likely duplicates among them."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.export import csv_response
from kit.markup import Tab
from kit.tables import Empty, Table
from org.http import (
    PageRequest,
    done_or_told,
    form_page,
    page_request_of,
    posted,
    saved,
    saved_or_form,
    sellers,
)
from pipeline import rules
from pipeline.accounts import services
from pipeline.accounts.forms import (
    KINDS,
    AccountFilter,
    AccountForm,
    ContactForm,
    DuplicatesPage,
    MergeForm,
)
from pipeline.accounts.models import Merge
from pipeline.accounts.reports import (
    account_file,
    account_list,
    account_page,
    accounts_like,
    accounts_of,
    compared,
    contacts_like,
    duplicate_accounts,
    duplicate_contacts,
    pair_of,
)
from pipeline.accounts.tables import ACCOUNTS, LAST_ACTIVITIES
from pipeline.activities.forms import LogForm
from pipeline.customers import services as customers
from pipeline.customers.fields import spelt, suggested_accounts
from pipeline.customers.models import Account, Contact
from pipeline.deals.tables import OF_AN_ACCOUNT
from pipeline.http import writers

ACCOUNT_FORM = "pipeline/accounts/account_form.html"
CONTACT_FORM = "pipeline/accounts/contact_form.html"
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
    may_write = rules.can_write(page_request.viewer)
    empty = Empty(
        title="No accounts here.",
        text="Clear the filter, add an account, or let an admin import them.",
        href=reverse("pipeline:account-new") if may_write else reverse("pipeline:accounts"),
        label="New account" if may_write else "Clear the filter",
    )
    page = account_list(page_request.viewer, rows, number=number)
    table = Table.of_page(
        page, ACCOUNTS, caption="Accounts", sort=sort, query=request.GET, empty=empty
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
    viewer = page_request_of(request).viewer
    form, alike = AccountForm(posted(request), viewer=viewer), []
    if form.is_valid() and not form.cleaned_data["same_name_too"]:
        given = form.cleaned_data
        alike = accounts_like(viewer, given["name"], website=given["website"])
    if alike:
        form.add_error("name", MAY_BE_THERE)
    return saved_or_form(
        request, ACCOUNT_FORM, form,
        lambda: customers.create_account(by=viewer, **form.cleaned_data),
        said="{} is created.", alike=alike,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def account_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit a customer; what somebody else changed meanwhile is not overwritten unseen."""
    page_request = page_request_of(request)
    viewer, found = page_request.viewer, _writable(page_request, pk)
    form = AccountForm(posted(request), viewer=viewer, row=found)
    return saved_or_form(
        request, ACCOUNT_FORM, form,
        lambda: customers.edit_row(
            found, by=viewer, changes=form.changes(), seen=form.seen()
        ),
        said="Saved.", account=found,
    )  # fmt: skip


@require_POST
def account_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a customer out of the lists, or bring an archived one back."""
    page_request = page_request_of(request)
    found = _writable(page_request, pk)
    change = partial(customers.restore_row, found, by=page_request.viewer)
    if found.archived_at is None:
        change = partial(
            customers.archive_account, found, by=page_request.viewer, at=page_request.now
        )
    done_or_told(request, change)
    return redirect(found)


@require_http_methods(["GET", "HEAD", "POST"])
def contact_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter somebody at a customer."""
    page_request = page_request_of(request)
    viewer, found = page_request.viewer, _writable(page_request, pk)
    form, alike = ContactForm(posted(request)), []
    if form.is_valid() and not form.cleaned_data["another_too"]:
        given = form.cleaned_data
        alike = contacts_like(viewer, found, given["full_name"], email=given["email"])
    if alike:
        form.add_error("full_name", MAY_BE_THERE)
    return saved_or_form(
        request, CONTACT_FORM, form,
        lambda: customers.create_contact(by=viewer, account=found, **form.cleaned_data),
        to=found, account=found, alike=alike,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Edit somebody at a customer."""
    page_request = page_request_of(request)
    contact = _contact(page_request, pk)
    form = ContactForm(posted(request), row=contact)
    return saved_or_form(
        request, CONTACT_FORM, form,
        lambda: customers.edit_row(
            contact, by=page_request.viewer, changes=form.changes(), seen=form.seen()
        ),
        to=contact.account, account=contact.account, contact=contact,
    )  # fmt: skip


@require_POST
def contact_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a contact out of the lists."""
    page_request = page_request_of(request)
    contact = _contact(page_request, pk)
    customers.archive_contact(contact, by=page_request.viewer, at=page_request.now)
    return redirect(contact.account)


def _visible(page_request: PageRequest, pk: int) -> Account:
    rows = Account.objects.visible_to(page_request.viewer)
    return get_object_or_404(rows.select_related("owner", "parent", "merged_into"), pk=pk)


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


@require_safe
@sellers
def duplicates(request: HttpRequest, kind: str) -> HttpResponse:
    """List what is likely the same, and what was merged lately."""
    page_request, form = page_request_of(request), DuplicatesPage(request.GET)
    if kind not in KINDS:
        raise Http404
    number = form.cleaned_data["page"] if form.is_valid() else 1
    find = duplicate_accounts if kind == "accounts" else duplicate_contacts
    found = find(page_request.viewer, number=number)
    context = {
        "kind": kind,
        "found": found,
        "tabs": [
            Tab(
                label=name.capitalize(),
                href=reverse("pipeline:duplicates", args=[name]),
                current=name == kind,
            )
            for name in KINDS
        ],
        "pages": Table(columns=[], rows=[], caption="", page=found.page, base_query=request.GET),
        "now": page_request.now,
    }
    return render(request, "pipeline/accounts/duplicates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: HttpRequest, kind: str, one: int, other: int) -> HttpResponse:
    """Compare two rows side by side, and make them one."""
    page_request = page_request_of(request)
    first, second = _pair(page_request, kind, one, other)
    if (done := _merged_already(page_request, first, second)) is not None:
        # A second click, or the way back: it is done.
        return redirect(_page_of(done.kept))
    form = MergeForm(posted(request), one=first, other=second)

    def write() -> Any:
        kept, gone = form.pair()
        when = page_request.now
        done = services.merge_rows(kept, gone, by=page_request.viewer, at=when, take=form.take())
        messages.success(request, f"{gone} is merged into {kept}. It can be taken back.")
        return done

    if (done := saved(form, write)) is not None:
        return redirect(_page_of(done.kept))
    sides = compared(page_request.viewer, first, second)
    about = {"kind": kind, "one": first, "other": second, "sides": sides}
    return form_page(request, "pipeline/accounts/merge.html", form, **about)


@require_POST
def set_apart(request: HttpRequest, kind: str, one: int, other: int) -> HttpResponse:
    """Say that two rows only look alike."""
    page_request = page_request_of(request)
    first, second = _pair(page_request, kind, one, other)
    services.set_apart(first, second, by=page_request.viewer, at=page_request.now)
    messages.success(request, f"{first} and {second} are two.")
    return redirect("pipeline:duplicates", kind=kind)


@require_POST
@sellers
def merge_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Have two rows again."""
    page_request = page_request_of(request)
    found = get_object_or_404(Merge.objects.visible_to(page_request.viewer), pk=pk)
    undo = partial(services.undo_merge, found, by=page_request.viewer, at=page_request.now)
    if (done := done_or_told(request, undo)) is not None:
        messages.success(request, f"{done.gone} is there again. {' '.join(done.left)}".strip())
    return redirect("pipeline:duplicates", kind="accounts" if found.kept_account else "contacts")


def _pair(page_request: PageRequest, kind: str, one: int, other: int) -> tuple[Any, Any]:
    if kind not in KINDS:
        raise Http404
    rows = KINDS[kind].objects.visible_to(page_request.viewer)
    found = pair_of(rows, one, other)
    if found is None:
        raise Http404
    if not rules.can_merge(page_request.viewer):
        raise PermissionDenied
    return found


def _merged_already(page_request: PageRequest, one: Any, other: Any) -> Merge | None:
    """Return the merge that stands between the two, whichever way round."""
    if other.pk not in {one.merged_into_id} and one.pk not in {other.merged_into_id}:
        return None
    gone = one if one.merged_into_id == other.pk else other
    side = "gone_account" if isinstance(gone, Account) else "gone_contact"
    return Merge.objects.visible_to(page_request.viewer).standing().get(**{side: gone})


def _page_of(row: Any) -> str:
    account = row.pk if isinstance(row, Account) else row.account_id
    return reverse("pipeline:account", args=[account])
