"""Add, change and remove the contacts on a deal."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from org.http import PageRequest, form_page, page_request_of, posted, saved
from pipeline.deals.forms import DealContactForm, RoleForm
from pipeline.deals.http import writable_deal
from pipeline.deals.models.deals import Deal
from pipeline.deals.models.people import DealContact
from pipeline.deals.services import contacts as services


@require_http_methods(["GET", "HEAD", "POST"])
def deal_contacts(request: HttpRequest, pk: int) -> HttpResponse:
    """Name a contact of the account and their role."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    form = DealContactForm(posted(request), viewer=page_request.viewer, deal=found)
    if saved(
        form,
        lambda: services.add_contact(
            found, by=page_request.viewer, at=page_request.now, **form.cleaned_data
        ),
    ):
        return redirect("analytics:deal", pk=pk)
    return form_page(request, "pipeline/people/deal_contacts.html", form, deal=found)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_contact(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Say what a contact is to the deal from now on."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    involved = _involved(page_request, found, row)
    form = RoleForm(posted(request), row=involved)
    if saved(
        form,
        lambda: services.change_role(
            involved, by=page_request.viewer, at=page_request.now, **form.cleaned_data
        ),
    ):
        return redirect("analytics:deal", pk=pk)
    return form_page(
        request, "pipeline/people/deal_contact.html", form, deal=found, involved=involved
    )


@require_POST
def deal_contact_remove(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Take a contact off their role."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    try:
        services.remove_contact(
            _involved(page_request, found, row), by=page_request.viewer, at=page_request.now
        )
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("analytics:deal", pk=pk)


def _involved(page_request: PageRequest, deal: Deal, row: int) -> DealContact:
    rows = DealContact.objects.visible_to(page_request.viewer).filter(deal=deal)
    return get_object_or_404(rows.select_related("contact", "deal"), pk=row)
