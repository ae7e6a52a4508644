"""The open pipeline as a board."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from analytics.context.reports.organisation_calendar import organisation_calendar
from analytics.deals.forms import BoardForm
from analytics.deals.reports.board import StageColumn, board
from kit.money import from_cents
from org.http import PersonRequest, sellers
from pipeline import rules
from pipeline.enums import Status


@require_safe
@sellers
def deal_board(request: PersonRequest) -> HttpResponse:
    """Show the stages as columns; a deal is moved by dragging its card or by its own form."""
    form = BoardForm(
        request.GET, viewer=request.user, calendar=organisation_calendar(), now=timezone.now()
    )
    form.full_clean()
    if form.is_elsewhere:
        raise Http404
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(request, "analytics/deals/board.html", {"form": form}, status=status)
    report_view = form.report_view(form.scope)
    columns = board(report_view, closing=form.cleaned_data["closing"])
    stages = [column.stage for column in columns if column.stage.archived_at is None]
    context = {
        "form": form,
        "report_view": report_view,
        "first": next((stage for stage in stages if stage.kind == Status.OPEN), None),
        "columns": [_column(column) for column in columns],
        "stages": stages,
        "may_move": rules.can_write(request.user),
        "seen": report_view.moment.isoformat(),
        "back": request.get_full_path(),
    }
    return render(request, "analytics/deals/board.html", context)


def _column(column: StageColumn) -> dict[str, Any]:
    """Return a column with its totals in whole money."""
    return {
        "stage": column.stage,
        "is_open": column.stage.kind == Status.OPEN,
        "deals": column.amounts.deals,
        "amount": from_cents(column.amounts.cents),
        "weighted": from_cents(column.amounts.weighted),
        "unpriced": column.amounts.unpriced,
        "cards": column.cards,
        "more": column.more,
        "href": column.deals.url(),
    }
