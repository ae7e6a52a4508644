"""What the page of a territory has beyond that of any tree's node: who works it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from kit.forms import add_errors
from org.forms import structure as forms
from org.http import PersonRequest, admins_only
from org.models.territories import PersonTerritory
from org.services import territories as services
from org.views.trees import TERRITORIES, node_of, node_page


@admins_only
@require_POST
def add_people(request: PersonRequest, pk: int) -> HttpResponse:
    subject = node_of(request, TERRITORIES, pk)
    form = forms.TerritoryPeopleForm(request.POST)
    if form.is_valid():
        try:
            services.assign_people(by=request.user, territory=subject, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"They work {subject}.")
            return redirect("org:territory", pk)
    return node_page(request, TERRITORIES, subject, people_form=form)


@admins_only
@require_POST
def end_assignment(request: PersonRequest, pk: int, row: int) -> HttpResponse:
    subject = node_of(request, TERRITORIES, pk)
    assignment = get_object_or_404(PersonTerritory, pk=row, territory=subject)
    form = forms.EndForm(request.POST)
    if form.is_valid():
        try:
            services.end_assignment(assignment, by=request.user, on=form.cleaned_data["on"])
            messages.success(request, f"{assignment.person} no longer works {subject} from then.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    else:
        messages.error(request, "Give the day on which it ends.")
    return redirect("org:territory", pk)
