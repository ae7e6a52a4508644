"""The contacts on a deal, and which buying roles a stage needs."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from org.http import page_request_of, posted, saved_or_form
from org.models.people import Person
from pipeline.deals import services
from pipeline.deals.forms import DealContactForm, RoleForm
from pipeline.deals.http import adding, removing, writable_deal
from pipeline.deals.models import DealContact
from pipeline.enums import Status
from pipeline.http import stage_admins
from pipeline.people.forms import StagePeopleForm
from pipeline.people.reports import needs_of
from pipeline.people.services import set_stage_people
from pipeline.stages.models import Stage


def _involved(viewer: Person) -> QuerySet:
    return DealContact.objects.visible_to(viewer).select_related("contact", "deal")


deal_contacts = adding("pipeline/people/deal_contacts.html", DealContactForm, services.add_contact)
deal_contact_remove = removing(_involved, services.remove_contact)


@require_http_methods(["GET", "HEAD", "POST"])
def deal_contact(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Say what a contact is to the deal from now on."""
    page_request = page_request_of(request)
    viewer, found = page_request.viewer, writable_deal(page_request, pk)
    involved = get_object_or_404(_involved(viewer).filter(deal=found), pk=row)
    form = RoleForm(posted(request), row=involved)
    return saved_or_form(
        request, "pipeline/people/deal_contact.html", form,
        lambda: services.change_role(
            involved, by=viewer, at=page_request.now, **form.cleaned_data
        ),
        to=found, deal=found, involved=involved,
    )  # fmt: skip


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
    return saved_or_form(
        request, "pipeline/people/stage_people.html", form,
        lambda: set_stage_people(found, by=page_request.viewer, **form.cleaned_data),
        to=reverse("pipeline:stage", args=[pk]), said="Saved.", stage=found,
    )  # fmt: skip
