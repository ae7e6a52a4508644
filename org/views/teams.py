"""The tree of teams and the page of each, for admins."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.forms import KitForm, add_errors
from org import access
from org.forms import structure as forms
from org.http import PersonRequest
from org.models.teams import Team
from org.reports import structure as reports
from org.services import places
from org.services import teams as services
from org.views.doors import admins_only


@admins_only
@require_safe
def teams(request: PersonRequest) -> HttpResponse:
    form = forms.TreeFilter(request.GET)
    form.full_clean()
    archived = form.cleaned_data["archived"]
    rows = reports.team_tree(day=access.today(), archived=archived)
    return render(request, "org/teams.html", {"form": form, "rows": rows, "archived": archived})


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_team(request: PersonRequest) -> HttpResponse:
    parents = Team.objects.live()
    initial = {"parent": request.GET.get("parent")}
    form = forms.TeamDetailsForm(request.POST or None, parents=parents, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_team(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{made} is there. Now say who is in it.")
            return redirect("org:team", made.pk)
    status = 400 if form.is_bound else 200
    return render(request, "org/team_new.html", {"form": form}, status=status)


@admins_only
@require_safe
def team(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, _team(request, pk))


def _team(request: PersonRequest, pk: int) -> Team:
    return get_object_or_404(Team.objects.visible_to(request.user), pk=pk)


def _page(request: PersonRequest, subject: Team, **bound: KitForm) -> HttpResponse:
    day = access.today()
    details = {"name": subject.name, "parent": subject.parent_id}
    context = {
        "found": reports.team_page(subject, day=day),
        "team": subject,
        "details_form": forms.TeamDetailsForm(
            parents=reports.team_parents(subject), initial=details
        ),
        "members_form": forms.MembersForm(initial={"since": day}),
    }
    return render(request, "org/team.html", context | bound, status=400 if bound else 200)


@admins_only
@require_POST
def edit_team(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _team(request, pk)
    form = forms.TeamDetailsForm(request.POST, parents=reports.team_parents(subject))
    if form.is_valid():
        try:
            services.edit_team(subject, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("org:team", pk)
    return _page(request, subject, details_form=form)


@admins_only
@require_POST
def add_members(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _team(request, pk)
    form = forms.MembersForm(request.POST)
    if form.is_valid():
        try:
            places.join_team_together(by=request.user, team=subject, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"They are in {subject}.")
            return redirect("org:team", pk)
    return _page(request, subject, members_form=form)


@admins_only
@require_POST
def archive_team(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _team(request, pk)
    try:
        services.archive_team(subject, by=request.user)
        messages.success(request, f"{subject} is archived. Its past figures stay.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("org:team", pk)


@admins_only
@require_POST
def restore_team(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _team(request, pk)
    try:
        services.restore_team(subject, by=request.user)
        messages.success(request, f"{subject} is in use again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("org:team", pk)
