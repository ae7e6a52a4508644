"""Pages on which quotas are set, with their history."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from kit.export import csv_response
from kit.forms import add_errors
from kit.tables import Empty, Table, paginate, query_with
from org import rules
from org.enums import Measure
from org.forms import quotas as forms
from org.http import PageRequest, page_request_of, sellers
from org.models.calendar import FiscalPeriod
from org.reports.quota_grid import GridQuery, QuotaGrid, unit_of
from org.reports.quotas import KINDS, quota_grid, subjects, team_lines, versions
from org.services import quotas as services
from org.tables import VERSIONS


@require_http_methods(["GET", "HEAD", "POST"])
@sellers
def quotas(request: HttpRequest) -> HttpResponse:
    """Show the quotas of a year, by team or as a grid to type in; save what was typed."""
    page_request = page_request_of(request)
    years = FiscalPeriod.objects.filter(kind="year")
    if not years.exists():
        return render(request, "org/quotas/quotas.html", {"no_calendar": True})
    year = years.holding(page_request.today).first() or years.latest("start_on")
    chosen = forms.QuotaFilter(request.GET, viewer=page_request.viewer, year=year)
    if not chosen.is_valid():
        return render(request, "org/quotas/quotas.html", {"filter": chosen}, status=400)
    query = chosen.query()
    if request.method == "POST":
        return _typed(request, page_request, chosen, query)
    if query.group:
        grid = quota_grid(page_request.viewer, query, now=page_request.now)
        return _page(request, chosen, query, forms.GridForm(grid=grid))
    lines = team_lines(page_request.viewer, query, now=page_request.now)
    values = [value for line in lines for value in (line.own, line.together)]
    unit = unit_of(query.measure, values)
    context = {"filter": chosen, "query": query, "lines": lines, "unit": unit}
    return render(request, "org/quotas/quotas.html", context)


def _typed(
    request: HttpRequest, page_request: PageRequest, chosen: forms.QuotaFilter, query: GridQuery
) -> HttpResponse:
    """Show the sums of what was typed, or save it."""
    if not rules.can_set_quotas(page_request.viewer) or not query.group:
        raise PermissionDenied
    saving = "preview" not in request.POST
    stored = quota_grid(page_request.viewer, query, now=page_request.now)
    form = forms.GridForm(request.POST, grid=stored, asks_reason=saving)
    if form.is_valid() and saving and (saved := _save(page_request, query, form)) is not None:
        words = f"{saved} quotas are changed." if saved != 1 else "One quota is changed."
        messages.success(request, words if saved else "Nothing was changed.")
        return redirect(f"{request.path}{query_with(request.GET, {})}")
    drafts = form.drafts()
    shown = quota_grid(page_request.viewer, query, now=page_request.now, drafts=drafts)
    return _page(request, chosen, query, form, grid=shown)


def _save(page_request: PageRequest, query: GridQuery, form: forms.GridForm) -> int | None:
    """Return how many quotas changed; None where the service refuses, which the form then says."""
    values = form.cleaned_data
    try:
        added = services.save_grid(
            by=page_request.viewer,
            targets=_targets(query.measure, form),
            seen=values["seen"],
            reason=values["reason"],
            at=page_request.now,
        )
    except ValidationError as error:
        add_errors(form, forms.raise_at_cells(error))
        return None
    return len(added)


def _targets(measure: Measure, form: forms.GridForm) -> list[services.QuotaTarget]:
    inputs = form.grid.inputs
    periods = FiscalPeriod.objects.in_bulk({cell.column.period.pk for cell in inputs})
    rows: dict[tuple[str, int], Any] = {}
    for kind, model in KINDS.items():
        ids = {cell.subject.pk for cell in inputs if cell.subject.kind == kind}
        found: dict[int, Any] = model.objects.in_bulk(ids)
        rows |= {(kind, pk): row for pk, row in found.items()}
    return [
        services.QuotaTarget(
            subject=rows[str(cell.subject.kind), cell.subject.pk],
            measure=measure,
            period=periods[cell.column.period.pk],
            target=form.cleaned_data[cell.name],
        )
        for cell in inputs
    ]


def _page(
    request: HttpRequest,
    chosen: forms.QuotaFilter,
    query: GridQuery,
    form: forms.GridForm,
    *,
    grid: QuotaGrid | None = None,
) -> HttpResponse:
    shown = grid or form.grid
    context = {
        "filter": chosen,
        "query": query,
        "form": form,
        "grid": shown,
        "rows": forms.painted(shown, form),
        "unit": shown.unit,
        "faults": form.faults() if form.is_bound else [],
    }
    bad = form.is_bound and bool(form.errors)
    return render(request, "org/quotas/quotas.html", context, status=400 if bad else 200)


@require_safe
@sellers
def quota_history(request: HttpRequest, kind: str, pk: int) -> HttpResponseBase:
    """Show every version of a subject's quotas: when, from, to, why and by whom."""
    page_request = page_request_of(request)
    if kind not in KINDS:
        raise Http404
    subject = get_object_or_404(subjects(page_request.viewer, kind), pk=pk)
    form = forms.HistoryPage(request.GET)
    if not form.is_valid():
        form = forms.HistoryPage({})
        form.full_clean()
    given = form.cleaned_data
    rows = given["sort"].apply(versions(page_request.viewer, kind, pk), VERSIONS)
    if given["file"]:
        return csv_response("quotas.csv", VERSIONS, rows.iterator(chunk_size=2000))
    page = paginate(rows, number=given["page"])
    table = Table(
        columns=VERSIONS,
        rows=page.rows,
        caption=f"Quotas of {subject}",
        sort=given["sort"],
        page=page,
        base_query=request.GET,
        empty=Empty(title="No quota has been set yet."),
    )
    return render(request, "org/quotas/quota_history.html", {"subject": subject, "table": table})
