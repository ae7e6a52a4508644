"""The product lines of a deal: adding, changing and taking them off."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from org.http import page_request_of, posted, saved_or_form
from pipeline.deals import services
from pipeline.deals.forms import ProductLineEditForm, ProductLineForm
from pipeline.deals.http import adding, removing, writable_deal
from pipeline.deals.models import DealLine

TEMPLATE = "pipeline/deals/deal_line.html"
LINES = DealLine.objects.select_related("product", "deal")
deal_line_new = adding(TEMPLATE, ProductLineForm, services.add_line)
deal_line_remove = removing(lambda _: LINES.all(), services.remove_line)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_line(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Change a quantity or price; what somebody else changed meanwhile is told first."""
    page_request = page_request_of(request)
    viewer, found = page_request.viewer, writable_deal(page_request, pk)
    line = get_object_or_404(LINES.filter(deal=found), pk=row)
    form = ProductLineEditForm(posted(request), row=line)
    return saved_or_form(
        request, TEMPLATE, form,
        lambda: services.edit_line(line, by=viewer, changes=form.changes(), seen=form.seen()),
        to=found, deal=found, line=line,
    )  # fmt: skip
