"""Setting up the pipelines: for admins. Their list is that of the stages."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from org.http import PageRequest, page_request_of, saved
from pipeline.http import stage_admins
from pipeline.set_up_pages import SetUpPages
from pipeline.stages.forms.pipelines import ArchivePipelineForm, PipelineForm, QualifiedStageForm
from pipeline.stages.models import Pipeline
from pipeline.stages.services import pipelines as services
from pipeline.stages.services.qualified_stage import set_qualified_stage


def _form(request: HttpRequest, data: QueryDict | None, row: Pipeline | None) -> PipelineForm:
    if row is not None:
        return PipelineForm(data, pipeline=row)
    rows = Pipeline.objects.visible_to(page_request_of(request).viewer)
    last = rows.aggregate(last=Max("order"))["last"] or 0
    return PipelineForm(data, order=min(last + 10, 32_000))


def _save(page_request: PageRequest, form: PipelineForm, row: Pipeline | None) -> Pipeline:
    if row is None:
        return services.create_pipeline(by=page_request.viewer, **form.cleaned_data)
    return services.edit_pipeline(row, by=page_request.viewer, changes=form.cleaned_data)


def _context(page_request: PageRequest, row: Pipeline | None) -> dict[str, Any]:
    if row is None:
        return {}
    qualified = QualifiedStageForm(viewer=page_request.viewer, pipeline=row)
    return {"pipeline": row, "archive": ArchivePipelineForm(), "qualified": qualified}


PAGES = SetUpPages(
    rows=Pipeline.objects.visible_to,
    admins=stage_admins,
    template="pipeline/stages/pipeline.html",
    home="pipeline:stages",
    form=_form,
    save=_save,
    context=_context,
    created="{} is created. Give it its stages.",
    changed="Saved.",
)


pipeline_new, pipeline, _ = PAGES.views()


@require_POST
@stage_admins
def pipeline_qualified(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the stage from which the deals of a pipeline count as qualified."""
    viewer, found = page_request_of(request).viewer, PAGES.found(request, pk)
    form = QualifiedStageForm(request.POST, viewer=viewer, pipeline=found)

    def write() -> Pipeline:
        stage = form.cleaned_data["stage"]
        set_qualified_stage(found, stage=stage, by=viewer)
        return found

    if saved(form, write):
        messages.success(request, "Saved.")
        return redirect("pipeline:stages")
    return PAGES.refused(request, found, qualified=form)


@require_POST
@stage_admins
def pipeline_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a pipeline the default one."""
    viewer, found = page_request_of(request).viewer, PAGES.found(request, pk)
    if saved(ArchivePipelineForm(request.POST), lambda: services.make_default(found, by=viewer)):
        messages.success(request, f"{found.name} is the default pipeline now.")
    else:
        messages.error(request, f"{found.name} is out of use, so it cannot be the default.")
    return redirect("pipeline:stages")


@require_POST
@stage_admins
def pipeline_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pipeline out of use, or bring one back."""
    page_request, found = page_request_of(request), PAGES.found(request, pk)
    archive = ArchivePipelineForm(request.POST)
    if found.archived_at is None:
        write = partial(
            services.archive_pipeline, found, by=page_request.viewer, at=page_request.now
        )
    else:
        write = partial(services.restore_pipeline, found, by=page_request.viewer)
    if saved(archive, write):
        state = "out of use" if found.archived_at is None else "in use again"
        messages.success(request, f"{found.name} is {state}.")
        return redirect("pipeline:stages")
    return PAGES.refused(request, found, archive=archive)
