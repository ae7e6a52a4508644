"""The deal list with its download, and the open pipeline as a board."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from analytics.attainment.metrics import Attainment, required_per_day
from analytics.attainment.reports.standing import standing_of
from analytics.context.views import figures_page
from analytics.deals.forms import BoardForm
from analytics.deals.reports.board import StageColumn, board
from analytics.deals.reports.deals import DealList, credited_of, deal_list, deal_rows
from kit.display import count, money, percent
from kit.export import csv_response
from kit.money import from_cents
from kit.periods import WorkingDays
from kit.tables import Empty, Sort, Table, query_with
from org.http import PageRequest, PersonRequest, page_request_of, sellers
from org.services.calendar import end_of_day
from pipeline import rules
from pipeline.customers.models import Account
from pipeline.deals.reports.selection import DealSelection
from pipeline.deals.tables import DEALS, download_columns, page_columns, with_credited
from pipeline.enums import Status
from pipeline.lifecycle.forms.deal_filter import DealFilter

# The order of a past day's deals, which know no creation: largest first.
LARGEST_FIRST = Sort("amount", descending=True)


@require_safe
@sellers
def deals(request: HttpRequest) -> HttpResponse:
    """List the deals that the filter in the address asks for."""
    page_request = page_request_of(request)
    form = _form(request, page_request)
    if not form.is_valid():
        return render(request, "analytics/deals/deals.html", {"form": form}, status=400)
    selection, sort = DealSelection(**form.selection()), _sort(form)
    found = deal_list(
        page_request.viewer,
        selection,
        **_order(sort),
        number=form.cleaned_data["page"],
        exact=form.cleaned_data["exact"],
        now=page_request.now,
        today=page_request.today,
    )
    return render(
        request, "analytics/deals/deals.html", _context(request, page_request, form, found, sort)
    )


@require_safe
@sellers
def deals_csv(request: HttpRequest) -> HttpResponseBase:
    """Download every row of the filter, not only the page's."""
    page_request = page_request_of(request)
    form = _form(request, page_request)
    if not form.is_valid():
        return render(request, "analytics/deals/deals.html", {"form": form}, status=400)
    selection = DealSelection(**form.selection())
    order = _order(_sort(form))
    credits = credited_of(selection, now=page_request.now)
    rows = deal_rows(
        page_request.viewer,
        selection,
        **order,
        now=page_request.now,
        today=page_request.today,
        also=credits.given,
    )
    columns = download_columns(pipelines=form.has_pipelines)
    columns = with_credited(columns) if credits else columns
    return csv_response("deals.csv", columns, credits.marked(rows.iterator(chunk_size=2000)))


def _form(request: HttpRequest, page_request: PageRequest) -> DealFilter:
    return DealFilter(request.GET, viewer=page_request.viewer, today=page_request.today)


def _sort(form: DealFilter) -> Sort:
    sort: Sort = form.cleaned_data["sort"]
    return LARGEST_FIRST if form.cleaned_data["as_of"] and sort.key == "created" else sort


def _order(sort: Sort) -> dict[str, Any]:
    column = next(column for column in DEALS if column.key == sort.key)
    return {"field": column.sort, "descending": sort.descending}


def as_of_words(reached: Attainment, days: WorkingDays) -> str:
    """Return what the deals of the list are beside the quota that they count for."""
    booked, quota = money(from_cents(reached.actual)), money(from_cents(reached.quota or 0))
    share = percent(reached.share)
    gap = reached.gap or 0
    if gap <= 0:
        return (
            f"Booked {booked} of a quota of {quota}: {share}, {money(from_cents(-gap))} above it."
        )
    words = f"Booked {booked} of a quota of {quota}: {share}, gap {money(from_cents(gap))}"
    needed = required_per_day(gap, days)
    if needed is None:
        return f"{words}."
    each = money(from_cents(needed))
    return f"{words}, which is {each} for each of the {count(days.remaining)} working days left."


def _context(
    request: HttpRequest, page_request: PageRequest, form: DealFilter, found: DealList, sort: Sort
) -> dict[str, Any]:
    may_create = rules.can_write(page_request.viewer)
    empty = Empty(
        title="No deals match.",
        text="Take a filter away, or clear them all.",
        href=reverse("analytics:deals"),
        label="Clear the filter",
    )
    if found.selection == DealSelection():
        empty = Empty(
            title="No deals yet.",
            text="Add the first one; an admin can import them too.",
            href=reverse("analytics:deal-new") if may_create else "",
            label="New deal",
        )
    table = Table(
        columns=page_columns(
            past=found.selection.as_of is not None,
            is_open=found.selection.is_open,
            is_closed=found.selection.is_closed,
            pipelines=form.has_pipelines and found.selection.pipeline is None,
            shared=bool(found.credits),
        ),
        rows=found.page.rows,
        caption="Deals",
        sort=sort,
        page=found.page,
        base_query=request.GET,
        empty=empty,
    )
    account = found.selection.account
    whole = found.totals.amount
    if whole is not None and found.elsewhere:
        whole += found.elsewhere.amount or 0
    moment = end_of_day(found.selection.as_of) if found.selection.as_of else page_request.now
    standing = standing_of(
        page_request.viewer,
        found.selection,
        moment=moment,
        total=whole,
        calendar=found.credits.calendar,
    )
    return {
        "form": form,
        "found": found,
        "standing": standing and as_of_words(*standing),
        "table": table,
        "may_create": may_create,
        "currency": page_request.currency,
        "account": account
        and Account.objects.visible_to(page_request.viewer).filter(pk=account).first(),
        "without_account_href": query_with(request.GET, {"account": None, "page": None}),
        "exact_href": query_with(request.GET, {"exact": 1}),
        "csv_href": reverse("analytics:deals-csv") + query_with(request.GET, {"page": None}),
        "now": page_request.now,
    }


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
