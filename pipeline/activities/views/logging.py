"""Logging an activity from anywhere, and what is suggested while its deal and contact are typed."""

from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from org.http import back_to, form_page, page_request_of, posted, saved, sellers
from org.models.people import Person
from pipeline.activities.forms.logging import QuickForm
from pipeline.activities.forms.typed import (
    find_deal,
    spelt_contact,
    spelt_deals,
    suggested_contacts,
    suggested_deals,
)
from pipeline.activities.services.logging import log_and_plan
from pipeline.activities.views.listing import about_of
from pipeline.customers.fields import find_account
from pipeline.customers.models import Account
from pipeline.http import writers


@require_http_methods(["GET", "HEAD", "POST"])
@writers
def activity_log(request: HttpRequest) -> HttpResponse:
    """Log an activity from wherever one is: a dialog over the page, or a page of its own."""
    page_request = page_request_of(request)
    form = QuickForm(
        posted(request), viewer=page_request.viewer, now=page_request.now, back=_came_from(request)
    )
    if request.headers.get("HX-Request"):
        return render(request, "pipeline/activities/_log_anywhere.html", {"form": form})
    logged = saved(
        form,
        lambda: log_and_plan(
            by=page_request.viewer, now=page_request.now, source="page", **form.values()
        ),
    )
    if logged is None:
        return form_page(request, "pipeline/activities/activity_log.html", form)
    messages.success(request, f"Logged: {logged}.")
    return redirect(back_to(request, form.cleaned_data["next"], otherwise=about_of(logged)))


@require_safe
@sellers
def deal_suggest(request: HttpRequest) -> HttpResponse:
    """Offer the open deals whose names begin like what is being typed, as options of a list."""
    page_request = page_request_of(request)
    # Many rows of a page each have a field for a deal.
    field = next((name for name in request.GET if name.rpartition("-")[2] == "deal"), "deal")
    found = suggested_deals(request.GET.get(field, "")[:100], viewer=page_request.viewer)
    options = spelt_deals(found, viewer=page_request.viewer)
    return render(request, "pipeline/activities/_options.html", {"options": options})


@require_safe
@sellers
def contact_suggest(request: HttpRequest) -> HttpResponse:
    """Offer the contacts at the deal or account that the same form names."""
    page_request = page_request_of(request)
    found = suggested_contacts(
        request.GET.get("contact", "")[:100],
        viewer=page_request.viewer,
        account=_account_named(request, page_request.viewer),
    )
    options = [(spelt_contact(contact), contact.title) for contact in found]
    return render(request, "pipeline/activities/_options.html", {"options": options})


def _account_named(request: HttpRequest, viewer: Person) -> Account | None:
    """Return the account of the typed deal, or the typed one; None while neither is found."""
    deal, account = (request.GET.get(name, "")[:230].strip() for name in ("deal", "account"))
    try:
        if deal:
            return find_deal(deal, viewer=viewer).account
        return find_account(account, viewer=viewer) if account else None
    except ValidationError:
        return None


def _came_from(request: HttpRequest) -> str:
    """Return the path that the address names, or that of the page the dialog stands over."""
    if wanted := request.GET.get("next"):
        return wanted
    whole = urlsplit(request.headers.get("HX-Current-URL", ""))
    return f"{whole.path}?{whole.query}" if whole.query else whole.path
