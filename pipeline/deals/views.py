"""The product lines of a deal: adding, changing and taking them off."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from org.http import form_page, page_request_of, posted, saved
from pipeline.customers.services.accounts import FieldConflict
from pipeline.deals.forms import ProductLineEditForm, ProductLineForm
from pipeline.deals.http import writable_deal
from pipeline.deals.models.deals import Deal, DealLine
from pipeline.deals.services import lines as parts


@require_http_methods(["GET", "HEAD", "POST"])
def deal_line_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a product line."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    form = ProductLineForm(posted(request), viewer=page_request.viewer, deal=found)
    if saved(form, lambda: parts.add_line(found, by=page_request.viewer, **form.cleaned_data)):
        return redirect("analytics:deal", pk=pk)
    return form_page(request, "pipeline/deals/deal_line.html", form, deal=found)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_line(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Change a quantity or price; what somebody else changed meanwhile is told first."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    row = _line(found, line)
    form = ProductLineEditForm(posted(request), line=row)
    try:
        if saved(
            form,
            lambda: parts.edit_line(
                row, by=page_request.viewer, changes=form.changes(), seen=form.seen()
            ),
        ):
            return redirect("analytics:deal", pk=pk)
    except FieldConflict as conflict:
        context = {"form": form.tell(conflict), "deal": found, "line": row}
        return render(request, "pipeline/deals/deal_line.html", context, status=409)
    return form_page(request, "pipeline/deals/deal_line.html", form, deal=found, line=row)


@require_POST
def deal_line_remove(request: HttpRequest, pk: int, line: int) -> HttpResponse:
    """Take a product line off the deal."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    try:
        parts.remove_line(_line(found, line), by=page_request.viewer)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("analytics:deal", pk=pk)


def _line(deal: Deal, pk: int) -> DealLine:
    return get_object_or_404(DealLine.objects.filter(deal=deal).select_related("product"), pk=pk)
