"""What imports remember of earlier ones, and how it is forgotten; for admins."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from imports.forms import RememberedFilter
from imports.models import ImportAnswer, ImportMapping
from imports.reports.memory import remembered_answers, remembered_columns
from imports.services import memory as services
from kit.tables import Table, paginate
from org.http import form_page, page_request_of
from pipeline.http import import_admins


@require_safe
@import_admins
def remembered(request: HttpRequest) -> HttpResponse:
    """List the answers given to imports and the columns chosen in them."""
    form = RememberedFilter(request.GET)
    if not form.is_valid():
        return form_page(request, "imports/remembered.html", form)
    viewer = page_request_of(request).viewer
    answers = ImportAnswer.objects.saying(form.cleaned_data["q"]).visible_to(viewer)
    page = paginate(answers.select_related("answered_by"), number=form.cleaned_data["page"])
    mappings = ImportMapping.objects.visible_to(viewer).select_related("chosen_by")
    context = {
        "form": form,
        "answers": remembered_answers(page.rows),
        "table": Table(columns=[], rows=[], caption="Values", page=page, base_query=request.GET),
        "mappings": remembered_columns(mappings),
    }
    return render(request, "imports/remembered.html", context)


@require_POST
@import_admins
def forget_answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget what a text stands for."""
    viewer = page_request_of(request).viewer
    answer = get_object_or_404(ImportAnswer.objects.visible_to(viewer), pk=pk)
    services.forget_answer(answer, by=viewer)
    messages.success(request, f"“{answer.text}” will be asked about again.")
    return redirect("imports:imports-remembered")


@require_POST
@import_admins
def forget_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget which fields the columns of files with the same headers fill."""
    viewer = page_request_of(request).viewer
    mapping = get_object_or_404(ImportMapping.objects.visible_to(viewer), pk=pk)
    services.forget_mapping(mapping, by=viewer)
    messages.success(request, "Columns of files with these headers will be guessed anew.")
    return redirect("imports:imports-remembered")
