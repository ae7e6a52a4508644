"""Setting up the stages: for admins."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.tables import Empty, Table
from pipeline.http import form_page, posted, saved, stage_admins, visit_of
from pipeline.stages.forms.stages import ArchiveStageForm, StageForm
from pipeline.stages.models import Pipeline, Stage
from pipeline.stages.reports import QualifiedFrom, qualified_from
from pipeline.stages.services import stages as services
from pipeline.stages.services.pipelines import lacking
from pipeline.stages.tables import STAGES


@require_safe
@stage_admins
def stages(request: HttpRequest) -> HttpResponse:
    """List the pipelines with their stages, those out of use too, and the deals in them."""
    visit = visit_of(request)
    live = Q(deals__archived_at__isnull=True)
    rows = Stage.objects.visible_to(visit.viewer).annotate(standing=Count("deals", filter=live))
    by_pipeline: dict[int, list[Stage]] = {}
    for row in rows.order_by("order", "pk"):  # Grouping forgets the order of the model.
        by_pipeline.setdefault(row.pipeline_id, []).append(row)
    qualified = {each.pipeline: each for each in qualified_from()}
    pipelines = [
        _set_up(found, by_pipeline.get(found.pk, []), qualified.get(found.pk))
        for found in Pipeline.objects.visible_to(visit.viewer)
    ]
    return render(
        request, "pipeline/stages/stages.html", {"pipelines": pipelines, "now": visit.now}
    )


def _set_up(
    pipeline: Pipeline, stages: list[Stage], qualified: QualifiedFrom | None
) -> dict[str, Any]:
    """Return a pipeline with the table of its stages and what it lacks."""
    new = f"{reverse('pipeline:stage-new')}?pipeline={pipeline.pk}"
    empty = Empty(
        title="No stages yet.",
        text="Add the steps of a deal in order, then one for won and one for lost.",
        href=new,
        label="New stage",
    )
    return {
        "pipeline": pipeline,
        "qualified": qualified,
        "table": Table(columns=STAGES, rows=stages, caption=pipeline.name, empty=empty),
        "table_id": f"stages-{pipeline.pk}",
        "new_href": new,
        "lacking": lacking({stage.kind for stage in stages if stage.archived_at is None}),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def stage_new(request: HttpRequest) -> HttpResponse:
    """Add a stage to the pipeline that the address names, or to the default one."""
    visit = visit_of(request)
    form = StageForm(posted(request), pipeline=request.GET.get("pipeline", ""))
    made = saved(form, lambda: services.create_stage(by=visit.viewer, **form.values()))
    if made is None:
        return form_page(request, "pipeline/stages/stage.html", form)
    messages.success(request, f"{made.name} is created.")
    return redirect("pipeline:stages")


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a stage."""
    visit = visit_of(request)
    found = get_object_or_404(Stage.objects.visible_to(visit.viewer), pk=pk)
    form = StageForm(posted(request), stage=found)
    if saved(form, lambda: services.edit_stage(found, by=visit.viewer, changes=form.values())):
        messages.success(request, "Saved.")
        return redirect("pipeline:stages")
    archive = ArchiveStageForm(stage=found)
    return form_page(request, "pipeline/stages/stage.html", form, stage=found, archive=archive)


@require_POST
@stage_admins
def stage_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a stage out of use, its open deals moved on, or bring one back."""
    visit = visit_of(request)
    found = get_object_or_404(Stage.objects.visible_to(visit.viewer), pk=pk)
    if found.archived_at is not None:
        services.restore_stage(found, by=visit.viewer)
        messages.success(request, f"{found.name} is in use again.")
        return redirect("pipeline:stages")
    # A stage without open deals is archived by an empty form.
    archive = ArchiveStageForm(request.POST, stage=found)
    if saved(
        archive,
        lambda: services.archive_stage(
            found, by=visit.viewer, at=visit.now, **archive.cleaned_data
        ),
    ):
        messages.success(request, f"{found.name} is out of use.")
        return redirect("pipeline:stages")
    context = {"form": StageForm(stage=found), "stage": found, "archive": archive}
    return render(request, "pipeline/stages/stage.html", context, status=400)
