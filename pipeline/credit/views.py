"""Pages of the credit for a deal and of the colleagues who help with it."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from org.http import page_request_of, posted, saved_or_form
from pipeline import rules
from pipeline.credit.forms import CollaboratorForm, CreditForm
from pipeline.credit.models import CreditSplit
from pipeline.credit.reports import deal_credit
from pipeline.credit.services import add_collaborator, remove_collaborator, split_credit
from pipeline.deals.http import adding, removing, visible_deal, writable_deal
from pipeline.deals.models import DealCollaborator

deal_collaborators = adding(
    "pipeline/credit/deal_collaborators.html", CollaboratorForm, add_collaborator
)
deal_collaborator_remove = removing(
    lambda viewer: DealCollaborator.objects.visible_to(viewer).select_related("deal"),
    remove_collaborator,
)


@require_safe
def deal_credit_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who gets credit for the deal: a part of its page that loads by itself."""
    page_request = page_request_of(request)
    found = visible_deal(page_request, pk, "credited_to")
    context = {"credit": deal_credit(page_request.viewer, found), "currency": page_request.currency}
    return render(request, "pipeline/credit/_deal_credit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Split the credit among people."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    if not rules.can_split_credit(page_request.viewer, found):
        raise PermissionDenied
    splits = CreditSplit.objects.visible_to(page_request.viewer).filter(deal=found)
    newest = splits.prefetch_related("shares").first()
    form = CreditForm(posted(request), viewer=page_request.viewer, deal=found, split=newest)
    return saved_or_form(
        request, "pipeline/credit/deal_split.html", form,
        lambda: split_credit(found, by=page_request.viewer, at=page_request.now, **form.given()),
        to=found, said="The credit split is saved.", deal=found,
    )  # fmt: skip
