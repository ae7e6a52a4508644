"""Leaving a stage: its set-up, the evidence of a deal, and the overrides."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.tables import Empty, Table
from org.http import PersonRequest
from pipeline.enums import Status
from pipeline.forms.exits import CriterionForm, EvidenceForm, OverridesForm, RequiredFieldsForm
from pipeline.models.deals import Stage
from pipeline.models.exits import CriterionMet, ExitCriterion
from pipeline.reports.exits import deal_exit as exit_of
from pipeline.reports.exits import overrides_of
from pipeline.reports.exits import stage_exit as set_up_of
from pipeline.reports.setting import setting
from pipeline.services import exit_setup, exits
from pipeline.tables.exits import MOVES, MOVES_LISTED, OVERRIDES, counted
from pipeline.views.visit import (
    Visit,
    form_page,
    posted,
    saved,
    sellers,
    stage_admins,
    visible_deal,
    visit_of,
    writable_deal,
)


@require_safe
def deal_exit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what it takes to leave the stage; by htmx as a part of the deal's page."""
    visit = visit_of(request)
    found = visible_deal(visit, pk)
    context = {"deal": found, "exit": exit_of(visit.viewer, found)}
    part = request.headers.get("HX-Request")
    return render(request, f"pipeline/{'_' if part else ''}deal_exit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_criterion(request: HttpRequest, pk: int, criterion: int) -> HttpResponse:
    """Say what shows that the deal meets a criterion."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    row = _criterion(visit, criterion)
    form = EvidenceForm(posted(request))
    if saved(form, lambda: exits.meet_criterion(found, row, by=visit.viewer, **form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("pipeline:deal", pk=pk)
    version = row.versions.live().first() or row.versions.last()
    return form_page(
        request, "pipeline/deal_criterion.html", form,
        deal=found, statement=version, stage=row.stage,
    )  # fmt: skip


@require_POST
def deal_criterion_withdraw(request: HttpRequest, pk: int, met: int) -> HttpResponse:
    """Take back that the deal meets a criterion."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    rows = CriterionMet.objects.visible_to(visit.viewer).select_related("version", "deal")
    row = get_object_or_404(rows, deal=found, pk=met)
    exits.withdraw(row, by=visit.viewer, at=visit.now)
    return redirect("pipeline:deal", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def stage_exit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an open stage asks for; save the fields."""
    visit = visit_of(request)
    stage = _open_stage(visit, pk)
    found = set_up_of(stage)
    form = RequiredFieldsForm(posted(request), initial={"fields_asked": found.fields})
    if form.is_valid():
        exit_setup.require_fields(
            stage, by=visit.viewer, fields=form.cleaned_data["fields_asked"], at=visit.now
        )
        messages.success(request, "Saved.")
        return redirect("pipeline:stage-exit", pk=pk)
    return form_page(request, "pipeline/stage_exit.html", form, stage=stage, found=found)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def criterion_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for one thing more."""
    visit = visit_of(request)
    stage = _open_stage(visit, pk)
    form = CriterionForm(posted(request), stage=stage)
    if saved(form, lambda: exit_setup.add_criterion(stage, by=visit.viewer, **form.values())):
        return redirect("pipeline:stage-exit", pk=pk)
    return form_page(request, "pipeline/criterion.html", form, stage=stage, is_new=True)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def criterion(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a criterion read otherwise from now on."""
    visit = visit_of(request)
    row = _criterion(visit, pk)
    version = get_object_or_404(row.versions.live())
    form = CriterionForm(posted(request), stage=row.stage, version=version)
    if saved(
        form,
        lambda: exit_setup.reword_criterion(row, by=visit.viewer, at=visit.now, **form.values()),
    ):
        return redirect("pipeline:stage-exit", pk=row.stage_id)
    return form_page(request, "pipeline/criterion.html", form, stage=row.stage)


@require_POST
@stage_admins
def criterion_end(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer ask for a criterion."""
    visit = visit_of(request)
    row = _criterion(visit, pk)
    exit_setup.end_criterion(row, by=visit.viewer, at=visit.now)
    return redirect("pipeline:stage-exit", pk=row.stage_id)


NO_MOVES = Empty(
    title="No moves past an exit here.",
    text="No deal was moved past a stage that asks for something in this period.",
)
NO_OVERRIDES = Empty(
    title="No overrides here.",
    text="Every move of this period had what its exit asked for, or nothing was asked for.",
)


@require_safe
@sellers
def overrides(request: PersonRequest) -> HttpResponse:
    """Count the overrides of a scope by owner and stage; each count opens its overrides."""
    form = OverridesForm(request.GET, viewer=request.user, calendar=setting(), now=timezone.now())
    form.full_clean()
    if form.is_elsewhere or {"stage", "list"} & set(form.errors):
        raise Http404
    if not form.is_valid():
        status = 400 if form.calendar.periods else 200
        return render(request, "pipeline/overrides.html", {"form": form}, status=status)
    look = form.look(form.scope)
    list_moves = form.cleaned_data["list"] == MOVES_LISTED
    found = overrides_of(
        look,
        stage=form.cleaned_data["stage"],
        number=form.cleaned_data["page"],
        list_moves=list_moves,
    )
    none = NO_MOVES if list_moves else NO_OVERRIDES
    context = {
        "form": form,
        "look": look,
        "people": Table(
            columns=counted("Owner then", "person", request.GET),
            rows=found.people,
            caption="Overrides by owner",
            empty=NO_MOVES,
        ),
        "stages": Table(
            columns=counted("Stage", "stage", request.GET),
            rows=found.stages,
            caption="Overrides by stage",
            empty=NO_MOVES,
        ),
        "list_title": "Each move past an exit" if list_moves else "Each override",
        "rows": Table(
            columns=MOVES if list_moves else OVERRIDES,
            rows=found.page.rows,
            caption="Moves past an exit" if list_moves else "Overrides",
            page=found.page,
            base_query=request.GET,
            empty=none,
        ),
    }
    return render(request, "pipeline/overrides.html", context)


def _open_stage(visit: Visit, pk: int) -> Stage:
    return get_object_or_404(Stage.objects.visible_to(visit.viewer).filter(kind=Status.OPEN), pk=pk)


def _criterion(visit: Visit, pk: int) -> ExitCriterion:
    rows = ExitCriterion.objects.visible_to(visit.viewer).select_related("stage")
    return get_object_or_404(rows, pk=pk)
