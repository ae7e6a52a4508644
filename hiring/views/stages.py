"""Setting up the stages that candidates go through: for admins and recruiters."""

from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiring import forms, reports, rules
from hiring.enums import StageKind
from hiring.models import HiringStage
from hiring.services import stages as services
from hiring.tables import STAGES
from hiring.views.pages import View, posted, saved
from kit.forms import KitForm
from kit.tables import Empty, Table
from org.http import PersonRequest

LIST = "hiring:stages"


def stage_keepers(view: View) -> View:
    @wraps(view)
    def guarded(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.can_set_up_stages(request.user):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_GET
@stage_keepers
def stages(request: PersonRequest) -> HttpResponse:
    """List the stages, those out of use too, with how many candidates stand in them."""
    rows = reports.stages(request.user)
    empty = Empty(
        title="No stages yet.",
        text="Add the steps from application to hire, in order.",
        href=reverse("hiring:stage-new"),
        label="New stage",
    )
    table = Table(columns=STAGES, rows=rows, caption="Hiring stages", empty=empty)
    return render(request, "hiring/stages.html", {"table": table})


@require_http_methods(["GET", "POST"])
@stage_keepers
def stage_new(request: PersonRequest) -> HttpResponse:
    """Add a stage."""
    rows = HiringStage.objects.visible_to(request.user).filter(kind=StageKind.OPEN)
    last = rows.aggregate(last=Max("order"))["last"] or 0
    form = forms.HiringStageForm(posted(request), order=min(last + 10, 32_000))
    if saved(form, lambda: services.create_stage(by=request.user, **form.cleaned_data)):
        messages.success(request, f"{form.cleaned_data['name']} is created.")
        return redirect(LIST)
    return _page(request, form)


@require_http_methods(["GET", "POST"])
@stage_keepers
def stage(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a stage."""
    found = _stage(request, pk)
    form = forms.HiringStageForm(posted(request), stage=found)
    if saved(form, lambda: services.edit_stage(found, by=request.user, changes=form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect(LIST)
    return _page(request, form, stage=found, archive=KitForm())


@require_POST
@stage_keepers
def stage_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Take an empty stage out of use, or bring one back."""
    found = _stage(request, pk)
    if found.archived_at is not None:
        services.restore_stage(found, by=request.user)
        messages.success(request, f"{found.name} is in use again.")
        return redirect(LIST)
    archive = KitForm(request.POST)
    if saved(archive, lambda: services.archive_stage(found, by=request.user, at=timezone.now())):
        messages.success(request, f"{found.name} is out of use.")
        return redirect(LIST)
    return _page(request, forms.HiringStageForm(stage=found), stage=found, archive=archive)


def _stage(request: PersonRequest, pk: int) -> HiringStage:
    return get_object_or_404(HiringStage.objects.visible_to(request.user), pk=pk)


def _page(request: PersonRequest, form: KitForm, **context: Any) -> HttpResponse:
    refused = form.errors or ("archive" in context and context["archive"].errors)
    return render(
        request, "hiring/stage.html", {"form": form, **context}, status=400 if refused else 200
    )
