"""Pages of stage exits and qualification."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.deals.http import visible_deal, writable_deal
from pipeline.discipline.forms.exits import CriterionForm, EvidenceForm, RequiredFieldsForm
from pipeline.discipline.forms.qualification import ElementForm, FrameworkForm, ScoresForm
from pipeline.discipline.models import CriterionMet, ExitCriterion, Framework, FrameworkElement
from pipeline.discipline.reports import deal_exit as exit_of
from pipeline.discipline.reports import frameworks, minimums, open_stages, qualification
from pipeline.discipline.reports import stage_exit as set_up_of
from pipeline.discipline.services import exits
from pipeline.discipline.services import qualification as services
from pipeline.discipline.services import setup as exit_setup
from pipeline.enums import Status
from pipeline.http import Visit, form_page, posted, saved, stage_admins, visit_of
from pipeline.stages.models import Stage


@require_safe
def deal_exit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what it takes to leave the stage; by htmx as a part of the deal's page."""
    visit = visit_of(request)
    found = visible_deal(visit, pk)
    context = {"deal": found, "exit": exit_of(visit.viewer, found)}
    part = request.headers.get("HX-Request")
    return render(request, f"pipeline/discipline/{'_' if part else ''}deal_exit.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_criterion(request: HttpRequest, pk: int, criterion: int) -> HttpResponse:
    """Say what shows that the deal meets a criterion."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    row = _criterion(visit, criterion)
    form = EvidenceForm(posted(request))
    if saved(form, lambda: exits.meet_criterion(found, row, by=visit.viewer, **form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("analytics:deal", pk=pk)
    version = row.versions.live().first() or row.versions.last()
    return form_page(
        request, "pipeline/discipline/deal_criterion.html", form,
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
    return redirect("analytics:deal", pk=pk)


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
    return form_page(request, "pipeline/discipline/stage_exit.html", form, stage=stage, found=found)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def criterion_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for one thing more."""
    visit = visit_of(request)
    stage = _open_stage(visit, pk)
    form = CriterionForm(posted(request), stage=stage)
    if saved(form, lambda: exit_setup.add_criterion(stage, by=visit.viewer, **form.values())):
        return redirect("pipeline:stage-exit", pk=pk)
    return form_page(request, "pipeline/discipline/criterion.html", form, stage=stage, is_new=True)


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
    return form_page(request, "pipeline/discipline/criterion.html", form, stage=row.stage)


@require_POST
@stage_admins
def criterion_end(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer ask for a criterion."""
    visit = visit_of(request)
    row = _criterion(visit, pk)
    exit_setup.end_criterion(row, by=visit.viewer, at=visit.now)
    return redirect("pipeline:stage-exit", pk=row.stage_id)


def _open_stage(visit: Visit, pk: int) -> Stage:
    return get_object_or_404(Stage.objects.visible_to(visit.viewer).filter(kind=Status.OPEN), pk=pk)


def _criterion(visit: Visit, pk: int) -> ExitCriterion:
    rows = ExitCriterion.objects.visible_to(visit.viewer).select_related("stage")
    return get_object_or_404(rows, pk=pk)


FORM = "pipeline/discipline/framework_form.html"


@require_safe
def deal_qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how well a deal is qualified; by htmx as a part of the deal's page."""
    visit = visit_of(request)
    found = visible_deal(visit, pk)
    context = {"deal": found, "found": qualification(visit.viewer, found)}
    part = request.headers.get("HX-Request")
    return render(
        request, f"pipeline/discipline/{'_' if part else ''}deal_qualification.html", context
    )


@require_http_methods(["GET", "HEAD", "POST"])
def deal_qualify(request: HttpRequest, pk: int, framework: int) -> HttpResponse:
    """Score a deal by a framework."""
    visit = visit_of(request)
    found = writable_deal(visit, pk)
    row = get_object_or_404(Framework.objects.visible_to(visit.viewer).live(), pk=framework)
    form = ScoresForm(
        posted(request), elements=row.elements.live(), scores=services.newest_scores(found)
    )
    made = saved(
        form, lambda: services.score_deal(found, row, by=visit.viewer, scores=form.scores())
    )
    if made is None:
        return form_page(
            request, "pipeline/discipline/deal_qualify.html", form, deal=found, framework=row
        )
    messages.success(request, "Saved.")
    return redirect("analytics:deal", pk=pk)


@require_safe
@stage_admins
def frameworks_page(request: HttpRequest) -> HttpResponse:
    """List the frameworks with their elements."""
    context = {"frameworks": frameworks(in_use=False), "now": visit_of(request).now}
    return render(request, "pipeline/discipline/frameworks.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def framework_new(request: HttpRequest) -> HttpResponse:
    """Add a framework."""
    visit = visit_of(request)
    form = FrameworkForm(posted(request))
    if saved(form, lambda: services.save_framework(None, by=visit.viewer, **form.cleaned_data)):
        return redirect("pipeline:frameworks")
    return form_page(request, FORM, form, heading="New framework")


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def framework(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a framework another name."""
    visit = visit_of(request)
    found = _framework(visit, pk)
    form = FrameworkForm(posted(request), framework=found)
    if saved(form, lambda: services.save_framework(found, by=visit.viewer, **form.cleaned_data)):
        return redirect("pipeline:frameworks")
    return form_page(
        request, FORM, form, heading=found.name, row=found, use_url="pipeline:framework-use"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def element_new(request: HttpRequest, pk: int) -> HttpResponse:
    """Add an element to a framework."""
    visit = visit_of(request)
    parent = _framework(visit, pk)
    form = ElementForm(posted(request), stages=open_stages(), minimums={})
    if saved(
        form,
        lambda: services.save_element(parent, None, by=visit.viewer, at=visit.now, **form.values()),
    ):
        return redirect("pipeline:frameworks")
    return form_page(request, FORM, form, heading=f"New element of {parent.name}")


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def element(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an element, and how well it must be known by which stage."""
    visit = visit_of(request)
    found = _element(visit, pk)
    form = ElementForm(
        posted(request), stages=open_stages(), element=found, minimums=minimums(found)
    )
    if saved(
        form,
        lambda: services.save_element(
            found.framework, found, by=visit.viewer, at=visit.now, **form.values()
        ),
    ):
        return redirect("pipeline:frameworks")
    return form_page(
        request, FORM, form, heading=found.name, row=found, use_url="pipeline:element-use"
    )


@require_POST
@stage_admins
def framework_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a framework out of use, or bring it back."""
    return _use(request, _framework(visit_of(request), pk))


@require_POST
@stage_admins
def element_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an element out of use, or bring it back."""
    return _use(request, _element(visit_of(request), pk))


def _use(request: HttpRequest, row: Framework | FrameworkElement) -> HttpResponse:
    visit = visit_of(request)
    at = None if row.archived_at else visit.now
    try:
        services.set_use(row, by=visit.viewer, at=at)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{row.name} is {'out of use' if at else 'in use again'}.")
    return redirect("pipeline:frameworks")


def _framework(visit: Visit, pk: int) -> Framework:
    return get_object_or_404(Framework.objects.visible_to(visit.viewer), pk=pk)


def _element(visit: Visit, pk: int) -> FrameworkElement:
    rows = FrameworkElement.objects.visible_to(visit.viewer).select_related("framework")
    return get_object_or_404(rows, pk=pk)
