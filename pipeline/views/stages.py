"""Setting up the stages: for admins."""

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.tables import Empty, Table
from pipeline.forms.stages import ArchiveStageForm, StageForm
from pipeline.models.deals import Stage
from pipeline.services import stages as services
from pipeline.tables.stages import STAGES
from pipeline.views.visit import form_page, posted, saved, stage_admins, visit_of


@require_safe
@stage_admins
def stages(request: HttpRequest) -> HttpResponse:
    """List the stages, those out of use too, with the deals that stand in them."""
    visit = visit_of(request)
    live = Q(deals__archived_at__isnull=True)
    rows = Stage.objects.visible_to(visit.viewer).annotate(standing=Count("deals", filter=live))
    rows = rows.order_by("order", "pk")  # Grouping forgets the order of the model.
    empty = Empty(
        title="No stages yet.",
        text="Add the steps of a deal in order, then one for won and one for lost.",
        href=reverse("pipeline:stage-new"),
        label="New stage",
    )
    table = Table(columns=STAGES, rows=list(rows), caption="Stages", empty=empty)
    return render(request, "pipeline/stages.html", {"table": table, "now": visit.now})


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def stage_new(request: HttpRequest) -> HttpResponse:
    """Add a stage."""
    visit = visit_of(request)
    last = Stage.objects.visible_to(visit.viewer).aggregate(last=Max("order"))["last"] or 0
    form = StageForm(posted(request), order=min(last + 10, 32_000))
    made = saved(form, lambda: services.create_stage(by=visit.viewer, **form.values()))
    if made is None:
        return form_page(request, "pipeline/stage.html", form)
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
    return form_page(request, "pipeline/stage.html", form, stage=found, archive=archive)


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
    return render(request, "pipeline/stage.html", context, status=400)
