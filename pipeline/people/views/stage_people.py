"""Setting up which roles of the customer a stage needs: for admins."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from org.http import form_page, page_request_of, posted, saved
from pipeline.enums import Status
from pipeline.http import stage_admins
from pipeline.people.forms import StagePeopleForm
from pipeline.people.reports import needs_of
from pipeline.people.services import set_stage_people
from pipeline.stages.models import Stage


@require_http_methods(["GET", "HEAD", "POST"])
@stage_admins
def stage_people(request: HttpRequest, pk: int) -> HttpResponse:
    """Say who must be known and met by a stage."""
    page_request = page_request_of(request)
    found = get_object_or_404(Stage.objects.visible_to(page_request.viewer), pk=pk)
    beside = Stage.objects.visible_to(page_request.viewer).live().filter(pipeline=found.pipeline_id)
    stages = list(beside.filter(kind=Status.OPEN).select_related("people"))
    needs = [need for need in needs_of(stages) if stages[need.place] == found]
    form = StagePeopleForm(posted(request), needs=needs)
    if saved(form, lambda: set_stage_people(found, by=page_request.viewer, **form.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("pipeline:stage", pk=pk)
    return form_page(request, "pipeline/people/stage_people.html", form, stage=found)
