"""The credit for a deal: who gets it, and splitting it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from org.http import form_page, page_request_of, posted, saved
from pipeline import rules
from pipeline.credit.forms import CreditForm
from pipeline.credit.models import CreditSplit
from pipeline.credit.reports import deal_credit
from pipeline.credit.services.credits import split_credit
from pipeline.deals.http import visible_deal, writable_deal


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
    if saved(
        form,
        lambda: split_credit(found, by=page_request.viewer, at=page_request.now, **form.given()),
    ):
        messages.success(request, "The credit is parted as you said.")
        return redirect("analytics:deal", pk=pk)
    return form_page(request, "pipeline/credit/deal_split.html", form, deal=found)
