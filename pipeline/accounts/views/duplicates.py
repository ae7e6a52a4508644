"""Likely duplicates among accounts and contacts: comparing, merging, and taking that back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.forms import add_errors
from kit.markup import Tab
from kit.tables import Table
from org.http import PageRequest, form_page, page_request_of, posted, sellers
from pipeline import rules
from pipeline.accounts import services
from pipeline.accounts.forms.duplicates import KINDS, DuplicatesPage, MergeForm
from pipeline.accounts.models import Merge
from pipeline.accounts.reports.duplicates import (
    compared,
    duplicate_accounts,
    duplicate_contacts,
    pair_of,
)
from pipeline.customers.models import Account


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
    if form.is_valid():
        kept, gone = form.pair()
        write = services.merge_accounts if kind == "accounts" else services.merge_contacts
        try:
            write(kept, gone, by=page_request.viewer, at=page_request.now, take=form.take())
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{gone} is merged into {kept}. It can be taken back.")
            return redirect(_page_of(kept))
    sides = compared(page_request.viewer, first, second)
    return form_page(
        request,
        "pipeline/accounts/merge.html",
        form,
        kind=kind,
        one=first,
        other=second,
        sides=sides,
    )


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
    try:
        done = services.undo_merge(found, by=page_request.viewer, at=page_request.now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
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
