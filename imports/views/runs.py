"""Imports in the browser: upload, columns, preview, run, result; for admins."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from imports.engine.asking import questions
from imports.engine.kinds import KINDS
from imports.engine.options import Options
from imports.engine.refused import refused_lines
from imports.enums import ImportState, RowAction
from imports.forms import (
    AnswersForm,
    ColumnsForm,
    ImportsFilter,
    LayoutForm,
    RowsFilter,
    StartImportForm,
    UploadForm,
)
from imports.models import ImportRun
from imports.reports import runs as reports
from imports.services import progress as import_progress
from imports.services import runs as services
from imports.tables import REFUSALS, ROWS, RUNS
from kit.export import csv_response
from kit.tables import Empty, Table, paginate
from org.http import form_page, page_request_of, posted, saved
from pipeline.http import import_admins

# htmx stops polling on this answer.
STOP_POLLING = 286


def _run(request: HttpRequest, pk: int) -> ImportRun:
    runs = ImportRun.objects.visible_to(page_request_of(request).viewer).select_related(
        "created_by"
    )
    return get_object_or_404(runs, pk=pk)


@require_safe
@import_admins
def imports(request: HttpRequest) -> HttpResponseBase:
    """List the imports, the newest first, as a page or as a file."""
    page_request = page_request_of(request)
    form = ImportsFilter(request.GET)
    if not form.is_valid():
        form = ImportsFilter({})
        form.full_clean()
    given = form.cleaned_data
    rows = ImportRun.objects.visible_to(page_request.viewer).select_related("created_by")
    rows = given["sort"].apply(rows, RUNS)
    if given["file"]:
        return csv_response("imports.csv", RUNS, rows.iterator(chunk_size=2000))
    page = paginate(rows, number=given["page"])
    table = Table(
        columns=RUNS,
        rows=page.rows,
        caption="Imports",
        sort=given["sort"],
        page=page,
        base_query=request.GET,
    )
    return render(request, "imports/imports.html", {"table": table, "now": page_request.now})


@require_http_methods(["GET", "HEAD", "POST"])
@import_admins
def import_new(request: HttpRequest) -> HttpResponse:
    """Upload a file."""
    page_request = page_request_of(request)
    wanted = request.GET.get("kind", "")
    kind = wanted if wanted in KINDS else reports.kind_to_begin_with()
    form = UploadForm(posted(request), request.FILES or None, kind=kind)
    run = saved(
        form,
        lambda: services.upload(
            by=page_request.viewer,
            kind=form.cleaned_data["kind"],
            name=form.cleaned_data["file"].name,
            pieces=form.cleaned_data["file"].chunks(),
            as_of=page_request.today,
            submission=form.cleaned_data["submission"],
        ),
    )
    if run is None:
        return form_page(request, "imports/new.html", form)
    return redirect(run)


@require_safe
@import_admins
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    """Show where an import stands, and what is to be done next."""
    run = _run(request, pk)
    if run.state == ImportState.MAPPING:
        return _columns_page(request, run)
    return _plan_page(request, run)


def _columns_page(
    request: HttpRequest,
    run: ImportRun,
    *,
    form: ColumnsForm | None = None,
    layout_form: LayoutForm | None = None,
) -> HttpResponse:
    found = reports.columns_page(run)
    layout = Options.from_json(run.options).layout
    context = {
        "run": run,
        "found": found,
        "form": form or ColumnsForm(run=run),
        "layout_form": layout_form or LayoutForm(layout=layout, sheets=found.sheets),
    }
    status = 400 if form or layout_form else 200
    return render(request, "imports/columns.html", context, status=status)


def _plan_page(
    request: HttpRequest, run: ImportRun, *, answers: AnswersForm | None = None
) -> HttpResponse:
    plan = reports.plan_page(run) if run.plan.get("counts") else None
    context = {
        "run": run,
        "plan": plan,
        "state": reports.state_label(run),
        "tone": reports.state_tone(run),
        "is_working": reports.is_working(run),
        "progress": import_progress.seen(run.pk),
        "start_form": StartImportForm(),
        "answers_form": answers or (AnswersForm(questions=plan.questions) if plan else None),
    }
    status = 400 if answers else 200
    return render(request, "imports/run.html", context, status=status)


@require_safe
@import_admins
def import_progress_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The part of the page that asks every two seconds how far the work is."""
    run = _run(request, pk)
    context = {"run": run, "progress": import_progress.seen(run.pk), "is_working": True}
    if reports.is_working(run):
        return render(request, "imports/_progress.html", context)
    return HttpResponse(status=STOP_POLLING, headers={"HX-Refresh": "true"})


@require_http_methods(["GET", "HEAD", "POST"])
@import_admins
def import_columns(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose the fields and formats of the columns, and have the preview made."""
    run = _run(request, pk)
    if run.state not in {ImportState.MAPPING, ImportState.PLANNED}:
        return redirect(run)
    if request.method != "POST":
        return _columns_page(request, run)
    form = ColumnsForm(request.POST, run=run)
    viewer = page_request_of(request).viewer
    if saved(form, lambda: services.decide(run, by=viewer, options=form.told())):
        return redirect(run)
    return _columns_page(request, run, form=form)


@require_POST
@import_admins
def import_layout(request: HttpRequest, pk: int) -> HttpResponse:
    """Have the file read in another way."""
    run = _run(request, pk)
    if run.state not in {ImportState.MAPPING, ImportState.PLANNED}:
        return redirect(run)
    layout = Options.from_json(run.options).layout
    form = LayoutForm(request.POST, layout=layout, sheets=run.profile["sheets"])
    viewer = page_request_of(request).viewer
    if saved(form, lambda: services.read_again(run, by=viewer, layout=form.told())):
        return redirect(run)
    return _columns_page(request, run, layout_form=form)


@require_POST
@import_admins
def import_answers(request: HttpRequest, pk: int) -> HttpResponse:
    """Say what unknown texts stand for, and have the preview made anew."""
    run = _run(request, pk)
    if run.state != ImportState.PLANNED:
        return redirect(run)
    form = AnswersForm(request.POST, questions=questions(run))
    viewer = page_request_of(request).viewer
    if saved(
        form,
        lambda: services.answer(run, by=viewer, answers=form.answers, create=form.create),
    ):
        return redirect(run)
    return _plan_page(request, run, answers=form)


@require_POST
@import_admins
def import_start(request: HttpRequest, pk: int) -> HttpResponse:
    """Run what the preview shows."""
    form = StartImportForm(request.POST)
    form.full_clean()
    run, viewer = _run(request, pk), page_request_of(request).viewer
    try:
        services.start(run, by=viewer, skip_refused=form.cleaned_data["skip_refused"])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(run)


@require_POST
@import_admins
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a finished import back."""
    run = _run(request, pk)
    try:
        services.request_undo(run, by=page_request_of(request).viewer)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(run)


@require_POST
@import_admins
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Give an import up before it has run."""
    run = _run(request, pk)
    try:
        services.discard(run, by=page_request_of(request).viewer)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect(run)
    messages.success(request, f"The import of {run.file_name} is discarded; nothing was changed.")
    return redirect("imports:imports")


@require_safe
@import_admins
def import_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """List the rows behind one of a run's counts."""
    run = _run(request, pk)
    form = RowsFilter(request.GET)
    if not form.is_valid():
        return form_page(request, "imports/rows.html", form, run=run)
    action = form.cleaned_data["action"]
    is_refused = action == RowAction.REFUSE
    rows = run.refusals.all() if is_refused else reports.rows_of(run, action)
    page = paginate(rows, number=form.cleaned_data["page"])
    table = Table(
        columns=REFUSALS if is_refused else ROWS,
        rows=page.rows if is_refused else reports.shown(run, page.rows),
        caption="Rows",
        page=page,
        base_query=request.GET,
        empty=Empty(title="No such rows.", text="Choose others above."),
    )
    context = {"run": run, "form": form, "table": table}
    return render(request, "imports/rows.html", context)


@require_safe
@import_admins
def import_refused(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    """Give back the refused rows as a file, each with its row number, column and reason."""
    run = _run(request, pk)
    response = StreamingHttpResponse(refused_lines(run), content_type="text/csv; charset=utf-8")
    name = f"refused-{run.file_name.rpartition('.')[0] or run.file_name}.csv"
    disposition = content_disposition_header(as_attachment=True, filename=name)
    response["Content-Disposition"] = disposition
    return response
