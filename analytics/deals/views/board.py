"""The open pipeline as a board."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from analytics.context.views import figures_page
from analytics.deals.forms import BoardForm
from analytics.deals.reports.board import StageColumn, board
from kit.money import from_cents
from org.http import PersonRequest
from pipeline import rules
from pipeline.enums import Status


@figures_page(BoardForm, "analytics/deals/board.html")
def deal_board(request: PersonRequest, form: BoardForm) -> HttpResponse:
    """Show the stages as columns; a deal is moved by dragging its card or by its own form."""
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
