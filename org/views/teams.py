"""What the page of a team has beyond that of any tree's node: its members."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from kit.forms import add_errors
from org.forms import structure as forms
from org.http import PersonRequest, admins_only
from org.services import assignments
from org.views.trees import TEAMS, node_of, node_page


@admins_only
@require_POST
def add_members(request: PersonRequest, pk: int) -> HttpResponse:
    subject = node_of(request, TEAMS, pk)
    form = forms.MembersForm(request.POST)
    if form.is_valid():
        try:
            assignments.join_team_together(by=request.user, team=subject, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"They are in {subject}.")
            return redirect("org:team", pk)
    return node_page(request, TEAMS, subject, members_form=form)
