"""Setting up the pipelines: for admins. Their list is that of the stages."""

from functools import partial

from django.contrib import messages
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pipeline.http import form_page, posted, saved, stage_admins, visit_of
from pipeline.stages.forms.pipelines import ArchivePipelineForm, PipelineForm, QualifiedStageForm
from pipeline.stages.models import Pipeline
from pipeline.stages.services import pipelines as services
from pipeline.stages.services.qualified_stage import set_qualified_stage


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def pipeline_new(request: HttpRequest) -> HttpResponse:
    """Add a pipeline; its stages come next."""
    viewer = visit_of(request).viewer
    last = Pipeline.objects.visible_to(viewer).aggregate(last=Max("order"))["last"] or 0
    form = PipelineForm(posted(request), order=min(last + 10, 32_000))
    made = saved(form, lambda: services.create_pipeline(by=viewer, **form.cleaned_data))
    if made is None:
        return form_page(request, "pipeline/stages/pipeline.html", form)
    messages.success(request, f"{made.name} is created. Give it its stages.")
    return redirect("pipeline:stages")


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def pipeline(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a pipeline or put it in another place."""
    viewer = visit_of(request).viewer
    found = get_object_or_404(Pipeline.objects.visible_to(viewer), pk=pk)
    form = PipelineForm(posted(request), pipeline=found)
    if saved(form, lambda: services.edit_pipeline(found, by=viewer, changes=form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("pipeline:stages")
    rest = {
        "pipeline": found,
        "archive": ArchivePipelineForm(),
        "qualified": QualifiedStageForm(viewer=viewer, pipeline=found),
    }
    return form_page(request, "pipeline/stages/pipeline.html", form, **rest)


@require_POST
@stage_admins
def pipeline_qualified(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the stage from which the deals of a pipeline count as qualified."""
    viewer = visit_of(request).viewer
    found = get_object_or_404(Pipeline.objects.visible_to(viewer), pk=pk)
    form = QualifiedStageForm(request.POST, viewer=viewer, pipeline=found)

    def write() -> Pipeline:
        stage = form.cleaned_data["stage"]
        set_qualified_stage(found, stage=stage, by=viewer)
        return found

    if saved(form, write):
        messages.success(request, "Saved.")
        return redirect("pipeline:stages")
    context = {
        "form": PipelineForm(pipeline=found),
        "pipeline": found,
        "archive": ArchivePipelineForm(),
        "qualified": form,
    }
    return render(request, "pipeline/stages/pipeline.html", context, status=400)


@require_POST
@stage_admins
def pipeline_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a pipeline the default one."""
    viewer = visit_of(request).viewer
    found = get_object_or_404(Pipeline.objects.visible_to(viewer), pk=pk)
    if saved(ArchivePipelineForm(request.POST), lambda: services.make_default(found, by=viewer)):
        messages.success(request, f"{found.name} is the default pipeline now.")
    else:
        messages.error(request, f"{found.name} is out of use, so it cannot be the default.")
    return redirect("pipeline:stages")


@require_POST
@stage_admins
def pipeline_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pipeline out of use, or bring one back."""
    visit = visit_of(request)
    found = get_object_or_404(Pipeline.objects.visible_to(visit.viewer), pk=pk)
    archive = ArchivePipelineForm(request.POST)
    if found.archived_at is None:
        write = partial(services.archive_pipeline, found, by=visit.viewer, at=visit.now)
    else:
        write = partial(services.restore_pipeline, found, by=visit.viewer)
    if saved(archive, write):
        state = "out of use" if found.archived_at is None else "in use again"
        messages.success(request, f"{found.name} is {state}.")
        return redirect("pipeline:stages")
    context = {
        "form": PipelineForm(pipeline=found),
        "pipeline": found,
        "archive": archive,
        "qualified": QualifiedStageForm(viewer=visit.viewer, pipeline=found),
    }
    return render(request, "pipeline/stages/pipeline.html", context, status=400)
