"""Setting up pipelines, stages, loss reasons and competitors: for admins."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from kit.tables import Empty, Table
from org.http import PageRequest, page_request_of, saved
from pipeline.http import stage_admins
from pipeline.set_up_pages import SetUpPages
from pipeline.stages import services
from pipeline.stages.forms import (
    ArchivePipelineForm,
    ArchiveStageForm,
    CompetitorForm,
    LossReasonSetUpForm,
    PipelineForm,
    QualifiedStageForm,
    StageForm,
)
from pipeline.stages.models import Competitor, LossReason, Pipeline, Stage
from pipeline.stages.reports import QualifiedFrom, qualified_from
from pipeline.stages.services import lacking, set_qualified_stage
from pipeline.stages.tables import COMPETITORS, LOSS_REASONS, STAGES


def _pipeline_form(
    request: HttpRequest, data: QueryDict | None, row: Pipeline | None
) -> PipelineForm:
    if row is not None:
        return PipelineForm(data, row=row)
    rows = Pipeline.objects.visible_to(page_request_of(request).viewer)
    last = rows.aggregate(last=Max("order"))["last"] or 0
    return PipelineForm(data, initial={"order": min(last + 10, 32_000)})


def _context(page_request: PageRequest, row: Pipeline | None) -> dict[str, Any]:
    if row is None:
        return {}
    qualified = QualifiedStageForm(viewer=page_request.viewer, pipeline=row)
    return {"pipeline": row, "archive": ArchivePipelineForm(), "qualified": qualified}


PIPELINE_PAGES = SetUpPages(
    rows=Pipeline.objects.visible_to,
    admins=stage_admins,
    template="pipeline/stages/pipeline.html",
    home="pipeline:stages",
    form=_pipeline_form,
    create=services.create_pipeline,
    edit=services.edit_pipeline,
    context=_context,
    created="{} is created. Give it its stages.",
    changed="Saved.",
)

pipeline_new, pipeline, _ = PIPELINE_PAGES.views()


@require_POST
@stage_admins
def pipeline_qualified(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the stage from which the deals of a pipeline count as qualified."""
    viewer, found = page_request_of(request).viewer, PIPELINE_PAGES.found(request, pk)
    form = QualifiedStageForm(request.POST, viewer=viewer, pipeline=found)

    if saved(form, lambda: set_qualified_stage(found, stage=form.cleaned_data["stage"], by=viewer)):
        messages.success(request, "Saved.")
        return redirect("pipeline:stages")
    return PIPELINE_PAGES.refused(request, found, qualified=form)


@require_POST
@stage_admins
def pipeline_default(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a pipeline the default one."""
    viewer, found = page_request_of(request).viewer, PIPELINE_PAGES.found(request, pk)
    if saved(ArchivePipelineForm(request.POST), lambda: services.make_default(found, by=viewer)):
        messages.success(request, f"{found.name} is the default pipeline now.")
    else:
        messages.error(request, f"{found.name} is out of use, so it cannot be the default.")
    return redirect("pipeline:stages")


@require_POST
@stage_admins
def pipeline_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a pipeline out of use, or bring one back."""
    page_request, found = page_request_of(request), PIPELINE_PAGES.found(request, pk)
    archive = ArchivePipelineForm(request.POST)
    write = partial(services.restore_pipeline, found, by=page_request.viewer)
    if found.archived_at is None:
        write = partial(
            services.archive_pipeline, found, by=page_request.viewer, at=page_request.now
        )
    if saved(archive, write):
        state = "out of use" if found.archived_at is None else "in use again"
        messages.success(request, f"{found.name} is {state}.")
        return redirect("pipeline:stages")
    return PIPELINE_PAGES.refused(request, found, archive=archive)


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


STAGE_PAGES = SetUpPages(
    rows=Stage.objects.visible_to,
    admins=stage_admins,
    template="pipeline/stages/stage.html",
    home="pipeline:stages",
    # A new one is of the pipeline that the address names.
    form=lambda request, data, row: StageForm(
        data, stage=row, pipeline=request.GET.get("pipeline", "")
    ),
    create=services.create_stage,
    edit=services.edit_stage,
    context=lambda _, row: {"stage": row, "archive": ArchiveStageForm(stage=row)} if row else {},
    created="{} is created.",
    changed="Saved.",
)

stage_new, stage, _ = STAGE_PAGES.views()


@require_POST
@stage_admins
def stage_archive(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a stage out of use, its open deals moved on, or bring one back."""
    page_request, found = page_request_of(request), STAGE_PAGES.found(request, pk)
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
    return STAGE_PAGES.refused(request, found, archive=archive)


@require_safe
@stage_admins
def losses(request: HttpRequest) -> HttpResponse:
    """List the reasons of losses and the competitors, those out of use too."""
    page_request = page_request_of(request)
    context = {
        "reasons": Table(
            columns=LOSS_REASONS,
            rows=list(LossReason.objects.visible_to(page_request.viewer)),
            caption="Loss reasons",
        ),
        "competitors": Table(
            columns=COMPETITORS,
            rows=list(Competitor.objects.visible_to(page_request.viewer)),
            caption="Competitors",
            empty=Empty(
                title="No competitors yet.",
                text="Name those you meet; whoever closes a deal as lost can name others.",
            ),
        ),
        "now": page_request.now,
    }
    return render(request, "pipeline/stages/losses.html", context)


loss_reason_new, loss_reason, loss_reason_use = SetUpPages(
    rows=LossReason.objects.visible_to,
    admins=stage_admins,
    home="pipeline:losses",
    home_label="Losses",
    use_note="the deals that have it keep it",
    form=lambda _, data, row: LossReasonSetUpForm(data, row=row),
    save=lambda page_request, form, row: services.save_loss_reason(
        row, by=page_request.viewer, fields=form.cleaned_data
    ),
    heading="New loss reason",
    use_url="pipeline:loss-reason-use",
    set_use=services.set_use,
).views()

competitor_new, competitor, competitor_use = SetUpPages(
    rows=Competitor.objects.visible_to,
    admins=stage_admins,
    home="pipeline:losses",
    home_label="Losses",
    use_note="the deals that have it keep it",
    form=lambda _, data, row: CompetitorForm(data, row=row),
    save=lambda page_request, form, row: services.save_competitor(
        row, by=page_request.viewer, **form.cleaned_data
    ),
    heading="New competitor",
    use_url="pipeline:competitor-use",
    set_use=services.set_use,
).views()
