"""Colleagues who help with a deal."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from org.http import form_page, page_request_of, posted, saved
from pipeline.credit.forms import CollaboratorForm
from pipeline.credit.services import collaborators as services
from pipeline.deals.http import writable_deal
from pipeline.deals.models.people import DealCollaborator


@require_http_methods(["GET", "HEAD", "POST"])
def deal_collaborators(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a colleague help."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    form = CollaboratorForm(posted(request), viewer=page_request.viewer, deal=found)
    if saved(
        form,
        lambda: services.add_collaborator(
            found, by=page_request.viewer, at=page_request.now, **form.cleaned_data
        ),
    ):
        return redirect("analytics:deal", pk=pk)
    return form_page(request, "pipeline/credit/deal_collaborators.html", form, deal=found)


@require_POST
def deal_collaborator_remove(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """End a colleague's help."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    rows = DealCollaborator.objects.visible_to(page_request.viewer).filter(deal=found)
    helping = get_object_or_404(rows.select_related("deal"), pk=row)
    try:
        services.remove_collaborator(helping, by=page_request.viewer, at=page_request.now)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("analytics:deal", pk=pk)
