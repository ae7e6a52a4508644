"""Pages of stage exits and qualification."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from org.http import PageRequest, form_page, page_request_of, posted, saved_or_form
from pipeline.deals.http import visible_deal, writable_deal
from pipeline.discipline.forms import (
    CriterionForm,
    ElementForm,
    EvidenceForm,
    FrameworkForm,
    RequiredFieldsForm,
    ScoresForm,
)
from pipeline.discipline.models import CriterionMet, ExitCriterion, Framework, FrameworkElement
from pipeline.discipline.reports import deal_exit as exit_of
from pipeline.discipline.reports import frameworks, minimums, open_stages, qualification
from pipeline.discipline.reports import stage_exit as set_up_of
from pipeline.discipline.services import exits
from pipeline.discipline.services import qualification as services
from pipeline.discipline.services import setup as exit_setup
from pipeline.enums import Status
from pipeline.http import stage_admins
from pipeline.set_up_pages import SetUpPages
from pipeline.stages.models import Stage


@require_safe
def deal_exit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what it takes to leave the stage; by htmx as a part of the deal's page."""
    page_request = page_request_of(request)
    found = visible_deal(page_request, pk)
    return _part(request, "deal_exit", deal=found, exit=exit_of(page_request.viewer, found))


@require_http_methods(["GET", "HEAD", "POST"])
def deal_criterion(request: HttpRequest, pk: int, criterion: int) -> HttpResponse:
    """Say what shows that the deal meets a criterion."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    row = _criterion(page_request, criterion)
    form = EvidenceForm(posted(request))
    version = row.versions.live().first() or row.versions.last()
    return saved_or_form(
        request, "pipeline/discipline/deal_criterion.html", form,
        lambda: exits.meet_criterion(found, row, by=page_request.viewer, **form.cleaned_data),
        to=found, said="Saved.", deal=found, statement=version, stage=row.stage,
    )  # fmt: skip


@require_POST
def deal_criterion_withdraw(request: HttpRequest, pk: int, met: int) -> HttpResponse:
    """Take back that the deal meets a criterion."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    rows = CriterionMet.objects.visible_to(page_request.viewer).select_related("version", "deal")
    row = get_object_or_404(rows, deal=found, pk=met)
    exits.withdraw(row, by=page_request.viewer, at=page_request.now)
    return redirect("analytics:deal", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def stage_exit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an open stage asks for; save the fields."""
    page_request = page_request_of(request)
    stage = _open_stage(page_request, pk)
    found = set_up_of(stage)
    form = RequiredFieldsForm(posted(request), initial={"fields_asked": found.fields})
    if form.is_valid():
        exit_setup.require_fields(
            stage,
            by=page_request.viewer,
            fields=form.cleaned_data["fields_asked"],
            at=page_request.now,
        )
        messages.success(request, "Saved.")
        return redirect("pipeline:stage-exit", pk=pk)
    return form_page(request, "pipeline/discipline/stage_exit.html", form, stage=stage, found=found)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def criterion_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for one thing more."""
    page_request = page_request_of(request)
    stage = _open_stage(page_request, pk)
    form = CriterionForm(posted(request), stage=stage)
    return saved_or_form(
        request, "pipeline/discipline/criterion.html", form,
        lambda: exit_setup.add_criterion(stage, by=page_request.viewer, **form.values()),
        to=reverse("pipeline:stage-exit", args=[pk]), stage=stage, is_new=True,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def criterion(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a criterion read otherwise from now on."""
    page_request = page_request_of(request)
    row = _criterion(page_request, pk)
    version = get_object_or_404(row.versions.live())
    form = CriterionForm(posted(request), stage=row.stage, version=version)
    return saved_or_form(
        request, "pipeline/discipline/criterion.html", form,
        lambda: exit_setup.reword_criterion(
            row, by=page_request.viewer, at=page_request.now, **form.values()
        ),
        to=reverse("pipeline:stage-exit", args=[row.stage_id]), stage=row.stage,
    )  # fmt: skip


@require_POST
@stage_admins
def criterion_end(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer ask for a criterion."""
    page_request = page_request_of(request)
    row = _criterion(page_request, pk)
    exit_setup.end_criterion(row, by=page_request.viewer, at=page_request.now)
    return redirect("pipeline:stage-exit", pk=row.stage_id)


def _open_stage(page_request: PageRequest, pk: int) -> Stage:
    return get_object_or_404(
        Stage.objects.visible_to(page_request.viewer).filter(kind=Status.OPEN), pk=pk
    )


def _criterion(page_request: PageRequest, pk: int) -> ExitCriterion:
    rows = ExitCriterion.objects.visible_to(page_request.viewer).select_related("stage")
    return get_object_or_404(rows, pk=pk)


@require_safe
def deal_qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how well a deal is qualified; by htmx as a part of the deal's page."""
    page_request = page_request_of(request)
    found = visible_deal(page_request, pk)
    shown = qualification(page_request.viewer, found)
    return _part(request, "deal_qualification", deal=found, found=shown)


def _part(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """Show a part of the deal's page, on a page of its own where it is not asked for by htmx."""
    file = f"_{name}" if request.headers.get("HX-Request") else name
    return render(request, f"pipeline/discipline/{file}.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_qualify(request: HttpRequest, pk: int, framework: int) -> HttpResponse:
    """Score a deal by a framework."""
    page_request = page_request_of(request)
    found = writable_deal(page_request, pk)
    row = get_object_or_404(Framework.objects.visible_to(page_request.viewer).live(), pk=framework)
    form = ScoresForm(
        posted(request), elements=row.elements.live(), scores=services.newest_scores(found)
    )
    return saved_or_form(
        request, "pipeline/discipline/deal_qualify.html", form,
        lambda: services.score_deal(found, row, by=page_request.viewer, scores=form.scores()),
        to=found, said="Saved.", deal=found, framework=row,
    )  # fmt: skip


@require_safe
@stage_admins
def frameworks_page(request: HttpRequest) -> HttpResponse:
    """List the frameworks with their elements."""
    context = {"frameworks": frameworks(in_use=False), "now": page_request_of(request).now}
    return render(request, "pipeline/discipline/frameworks.html", context)


FRAMEWORK = SetUpPages(
    rows=Framework.objects.visible_to,
    admins=stage_admins,
    home="pipeline:frameworks",
    home_label="Qualification",
    use_note="the scores of before stay to be read",
    form=lambda _, data, row: FrameworkForm(data, row=row),
    save=lambda page_request, form, row: services.save_framework(
        row, by=page_request.viewer, **form.cleaned_data
    ),
    heading="New framework",
    use_url="pipeline:framework-use",
    set_use=services.set_use,
)

framework_new, framework, framework_use = FRAMEWORK.views()


def _element_form(
    _: HttpRequest, data: QueryDict | None, row: FrameworkElement | None
) -> ElementForm:
    least = minimums(row) if row else {}
    return ElementForm(data, stages=open_stages(), row=row, minimums=least)


ELEMENT = SetUpPages(
    rows=lambda viewer: FrameworkElement.objects.visible_to(viewer).select_related("framework"),
    admins=stage_admins,
    home="pipeline:frameworks",
    home_label="Qualification",
    use_note="the scores of before stay to be read",
    form=_element_form,
    save=lambda page_request, form, row: services.save_element(
        row.framework, row, by=page_request.viewer, at=page_request.now, **form.values()
    ),
    use_url="pipeline:element-use",
    set_use=services.set_use,
)

_, element, element_use = ELEMENT.views()


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def element_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an element to a framework."""
    page_request, parent = page_request_of(request), FRAMEWORK.found(request, pk)
    form = _element_form(request, posted(request), None)
    shown = ELEMENT.shown(page_request, None) | {"heading": f"New element of {parent.name}"}
    return saved_or_form(
        request, ELEMENT.template, form,
        lambda: services.save_element(
            parent, None, by=page_request.viewer, at=page_request.now, **form.values()
        ),
        to=reverse("pipeline:frameworks"), **shown,
    )  # fmt: skip
