"""How well a deal is qualified, and setting up the frameworks."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.forms.qualification import ElementForm, FrameworkForm, ScoresForm
from pipeline.models.qualification import Framework, FrameworkElement
from pipeline.reports.qualification import frameworks, minimums, open_stages, qualification
from pipeline.services import qualification as services
from pipeline.views.visit import (
    Visit,
    form_page,
    posted,
    saved,
    stage_admins,
    visible_deal,
    visit_of,
    writable_deal,
)

FORM = "pipeline/framework_form.html"


@require_safe
def deal_qualification(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how well a deal is qualified; by htmx as a part of the deal's page."""
    visit = visit_of(request)
    found = visible_deal(visit, pk)
    context = {"deal": found, "found": qualification(visit.viewer, found)}
    part = request.headers.get("HX-Request")
    return render(request, f"pipeline/{'_' if part else ''}deal_qualification.html", context)


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
        return form_page(request, "pipeline/deal_qualify.html", form, deal=found, framework=row)
    messages.success(request, "Saved.")
    return redirect("pipeline:deal", pk=pk)


@require_safe
@stage_admins
def frameworks_page(request: HttpRequest) -> HttpResponse:
    """List the frameworks with their elements."""
    context = {"frameworks": frameworks(in_use=False), "now": visit_of(request).now}
    return render(request, "pipeline/frameworks.html", context)


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
