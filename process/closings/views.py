"""Win/loss reviews of closed deals."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from analytics.context.views import figures_page
from kit.tables import Empty, Table
from org.http import PersonRequest, form_page, page_request_of, posted, saved
from pipeline.deals.http import writable_deal
from pipeline.discipline.models import ClosingReview
from pipeline.discipline.services.closing_reviews import review_closing
from pipeline.enums import Status
from process.closings.forms import ClosingReviewForm, ClosingsForm
from process.closings.reports import closings_of
from process.closings.tables import CLOSINGS


@figures_page(ClosingsForm, "process/closings/closings.html")
def closings(request: PersonRequest, form: ClosingsForm) -> HttpResponse:
    """List the closed deals of a scope and period with what decided them."""
    report_view = form.report_view(form.scope)
    found = closings_of(report_view, reviewed=form.wanted, number=form.cleaned_data["page"])
    table = Table(
        columns=CLOSINGS,
        rows=found.page.rows,
        caption="Closed deals",
        page=found.page,
        base_query=request.GET,
        empty=Empty(title="No closed deals here.", text="Choose another period, team or filter."),
    )
    context = {"form": form, "report_view": report_view, "found": found, "table": table}
    return render(request, "process/closings/closings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the review of a deal's closing, or replace it."""
    page_request = page_request_of(request)
    deal = writable_deal(page_request, pk)
    if deal.status == Status.OPEN and request.method != "POST":
        messages.warning(request, "The deal is open: there is no closing to review.")
        return redirect("analytics:deal", pk=pk)
    rows = ClosingReview.objects.visible_to(page_request.viewer).select_related("competitor")
    review = rows.filter(deal=deal, closed_at=deal.stage_entered_at).first()
    form = ClosingReviewForm(
        posted(request),
        viewer=page_request.viewer,
        deal=deal,
        review=review,
        today=page_request.today,
    )
    if saved(
        form,
        lambda: review_closing(
            deal, by=page_request.viewer, today=page_request.today, **form.cleaned_data
        ),
    ):
        messages.success(request, "The review is kept.")
        return redirect("analytics:deal", pk=pk)
    return form_page(request, "process/closings/deal_closing.html", form, deal=deal)
