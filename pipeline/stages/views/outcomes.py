"""Setting up why deals are lost and to whom: for admins."""

from typing import TypeVar

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.tables import Empty, Table
from pipeline.http import form_page, posted, saved, stage_admins, visit_of
from pipeline.stages.forms.outcomes import CompetitorForm, LossReasonSetUpForm
from pipeline.stages.models import Competitor, LossReason
from pipeline.stages.services import outcomes as services
from pipeline.stages.tables import COMPETITORS, LOSS_REASONS

Row = TypeVar("Row", LossReason, Competitor)


PAGE = "pipeline/stages/loss_form.html"


@require_safe
@stage_admins
def losses(request: HttpRequest) -> HttpResponse:
    """List the reasons of losses and the competitors, those out of use too."""
    visit = visit_of(request)
    context = {
        "reasons": Table(
            columns=LOSS_REASONS,
            rows=list(LossReason.objects.visible_to(visit.viewer)),
            caption="Loss reasons",
        ),
        "competitors": Table(
            columns=COMPETITORS,
            rows=list(Competitor.objects.visible_to(visit.viewer)),
            caption="Competitors",
            empty=Empty(
                title="No competitors yet.",
                text="Name those you meet; whoever closes a deal as lost can name others.",
            ),
        ),
        "now": visit.now,
    }
    return render(request, "pipeline/stages/losses.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def loss_reason_new(request: HttpRequest) -> HttpResponse:
    """Add a reason."""
    visit = visit_of(request)
    form = LossReasonSetUpForm(posted(request))
    if saved(
        form,
        lambda: services.save_loss_reason(None, by=visit.viewer, fields=form.cleaned_data),
    ):
        return redirect("pipeline:losses")
    return form_page(request, PAGE, form, heading="New loss reason")


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def loss_reason(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a reason; deals keep its code, so they read as it is called now."""
    visit = visit_of(request)
    found = _found(LossReason.objects.visible_to(visit.viewer), pk)
    form = LossReasonSetUpForm(posted(request), reason=found)
    if saved(
        form,
        lambda: services.save_loss_reason(found, by=visit.viewer, fields=form.cleaned_data),
    ):
        return redirect("pipeline:losses")
    return form_page(
        request, PAGE, form, heading=found.name, row=found, use_url="pipeline:loss-reason-use"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def competitor_new(request: HttpRequest) -> HttpResponse:
    """Add a competitor."""
    visit = visit_of(request)
    form = CompetitorForm(posted(request))
    if saved(form, lambda: services.save_competitor(None, by=visit.viewer, **form.cleaned_data)):
        return redirect("pipeline:losses")
    return form_page(request, PAGE, form, heading="New competitor")


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def competitor(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a competitor another name."""
    visit = visit_of(request)
    found = _found(Competitor.objects.visible_to(visit.viewer), pk)
    form = CompetitorForm(posted(request), competitor=found)
    if saved(form, lambda: services.save_competitor(found, by=visit.viewer, **form.cleaned_data)):
        return redirect("pipeline:losses")
    return form_page(
        request, PAGE, form, heading=found.name, row=found, use_url="pipeline:competitor-use"
    )


@require_POST
@stage_admins
def loss_reason_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a reason out of use, or bring it back."""
    return _use(request, _found(LossReason.objects.visible_to(visit_of(request).viewer), pk))


@require_POST
@stage_admins
def competitor_use(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a competitor out of use, or bring one back."""
    return _use(request, _found(Competitor.objects.visible_to(visit_of(request).viewer), pk))


def _use(request: HttpRequest, row: LossReason | Competitor) -> HttpResponse:
    visit = visit_of(request)
    at = None if row.archived_at else visit.now
    try:
        services.set_use(row, by=visit.viewer, at=at)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, f"{row.name} is {'out of use' if at else 'in use again'}.")
    return redirect("pipeline:losses")


def _found(rows: "QuerySet[Row]", pk: int) -> Row:
    return get_object_or_404(rows, pk=pk)
