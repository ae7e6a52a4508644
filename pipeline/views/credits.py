"""The credit for a deal: who gets it, and parting it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pipeline import rules
from pipeline.forms.credits import CreditForm
from pipeline.models.credits import CreditSplit
from pipeline.reports.deal_credit import deal_credit
from pipeline.services.credits import split_credit
from pipeline.views.visit import form_page, posted, saved, visible_deal, visit_of, writable_deal


@require_safe
def deal_credit_part(request: HttpRequest, pk: int) -> HttpResponse:
    """Show who gets credit for the deal: a part of its page that loads by itself."""
    visit = visit_of(request)
    found = visible_deal(visit, pk, "credited_to")
    context = {"credit": deal_credit(visit.viewer, found), "currency": visit.currency}
    return render(request, "pipeline/_deal_credit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_split(request: HttpRequest, pk: int) -> HttpResponse:
    """Part the credit among people."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    if not rules.can_split_credit(visit.viewer, found):
        raise PermissionDenied
    splits = CreditSplit.objects.visible_to(visit.viewer).filter(deal=found)
    newest = splits.prefetch_related("shares").first()
    form = CreditForm(posted(request), viewer=visit.viewer, deal=found, split=newest)
    if saved(form, lambda: split_credit(found, by=visit.viewer, at=visit.now, **form.given())):
        messages.success(request, "The credit is parted as you said.")
        return redirect("pipeline:deal", pk=pk)
    return form_page(request, "pipeline/deal_split.html", form, deal=found)
