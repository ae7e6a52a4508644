"""Setting up the stages: for admins."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kit.tables import Empty, Table
from org.http import PageRequest, page_request_of, saved
from pipeline.http import stage_admins
from pipeline.set_up_pages import SetUpPages
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
    page_request = page_request_of(request)
    live = Q(deals__archived_at__isnull=True)
    rows = Stage.objects.visible_to(page_request.viewer).annotate(
        standing=Count("deals", filter=live)
    )
    by_pipeline: dict[int, list[Stage]] = {}
    for row in rows.order_by("order", "pk"):  # Grouping forgets the order of the model.
        by_pipeline.setdefault(row.pipeline_id, []).append(row)
    qualified = {each.pipeline: each for each in qualified_from()}
    pipelines = [
        _set_up(found, by_pipeline.get(found.pk, []), qualified.get(found.pk))
        for found in Pipeline.objects.visible_to(page_request.viewer)
    ]
    return render(
        request, "pipeline/stages/stages.html", {"pipelines": pipelines, "now": page_request.now}
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


def _form(request: HttpRequest, data: QueryDict | None, row: Stage | None) -> StageForm:
    """Return the form of a stage, a new one of the pipeline that the address names."""
    return StageForm(data, stage=row, pipeline=request.GET.get("pipeline", ""))


def _save(page_request: PageRequest, form: StageForm, row: Stage | None) -> Stage:
    if row is None:
        return services.create_stage(by=page_request.viewer, **form.values())
    return services.edit_stage(row, by=page_request.viewer, changes=form.values())


PAGES = SetUpPages(
    rows=Stage.objects.visible_to,
    admins=stage_admins,
    template="pipeline/stages/stage.html",
    home="pipeline:stages",
    form=_form,
    save=_save,
    context=lambda _, row: {"stage": row, "archive": ArchiveStageForm(stage=row)} if row else {},
    created="{} is created.",
    changed="Saved.",
)


stage_new, stage, _ = PAGES.views()


@require_POST
@stage_admins
def stage_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a stage out of use, its open deals moved on, or bring one back."""
    page_request, found = page_request_of(request), PAGES.found(request, pk)
    if found.archived_at is not None:
        services.restore_stage(found, by=page_request.viewer)
        messages.success(request, f"{found.name} is in use again.")
        return redirect("pipeline:stages")
    # A stage without open deals is archived by an empty form.
    archive = ArchiveStageForm(request.POST, stage=found)
    if saved(
        archive,
        lambda: services.archive_stage(
            found, by=page_request.viewer, at=page_request.now, **archive.cleaned_data
        ),
    ):
        messages.success(request, f"{found.name} is out of use.")
        return redirect("pipeline:stages")
    return PAGES.refused(request, found, archive=archive)
