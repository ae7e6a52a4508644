"""The tree of teams, or of territories, and the page of each node, for admins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.forms import KitForm, add_errors
from org import access
from org.forms import structure as forms
from org.http import PersonRequest, admins_only
from org.models.teams import Team
from org.models.territories import Territory
from org.reports import structure as reports
from org.services import trees as services


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The pages of one tree: ``word`` begins the names of their routes and templates.

    ``forms`` makes the other forms of a node's page, as they are on a day.
    """

    word: str
    listed: str
    tree: type[Team] | type[Territory]
    rows: Callable[..., list[reports.TreeRow]]
    page: Callable[..., Any]
    forms: Callable[[date], Mapping[str, KitForm]]
    next_deed: str

    @property
    def url(self) -> str:
        return f"org:{self.word}"


TEAMS = Room(
    word="team",
    listed="teams",
    tree=Team,
    rows=reports.team_tree,
    page=reports.team_page,
    forms=lambda day: {"members_form": forms.MembersForm(initial={"since": day})},
    next_deed="Now say who is in it.",
)
TERRITORIES = Room(
    word="territory",
    listed="territories",
    tree=Territory,
    rows=reports.territory_tree,
    page=reports.territory_page,
    forms=lambda day: {
        "people_form": forms.TerritoryPeopleForm(initial={"since": day}),
        "end_form": forms.EndForm(initial={"on": day}),
    },
    next_deed="Now say who works it.",
)


def node_of(request: PersonRequest, room: Room, pk: int) -> Any:
    """Return the team or territory; 404 for one that is not there."""
    return get_object_or_404(room.tree.objects.visible_to(request.user), pk=pk)


def node_page(request: PersonRequest, room: Room, subject: Any, **bound: KitForm) -> HttpResponse:
    """Render the page of a node; ``bound`` forms carry errors."""
    day = access.today()
    initial = {"name": subject.name, "parent": subject.parent_id, "since": day}
    context = {
        "found": room.page(subject, day=day),
        room.word: subject,
        "details_form": forms.PlaceForm(parents=reports.parents_for(subject), initial=initial),
        **room.forms(day),
    }
    status = 400 if bound else 200
    return render(request, f"org/{room.word}.html", context | bound, status=status)


@admins_only
@require_safe
def index(request: PersonRequest, room: Room) -> HttpResponse:
    form = forms.TreeFilter(request.GET)
    form.full_clean()
    archived = form.cleaned_data["archived"]
    rows = room.rows(day=access.today(), archived=archived)
    context = {"form": form, "rows": rows, "archived": archived}
    return render(request, f"org/{room.listed}.html", context)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PersonRequest, room: Room) -> HttpResponse:
    parents, initial = room.tree.objects.live(), {"parent": request.GET.get("parent")}
    form = forms.NodeForm(request.POST or None, parents=parents, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create(room.tree, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{made} is there. {room.next_deed}")
            return redirect(room.url, made.pk)
    status = 400 if form.is_bound else 200
    return render(request, f"org/{room.word}_new.html", {"form": form}, status=status)


@admins_only
@require_safe
def node(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    return node_page(request, room, node_of(request, room, pk))


@admins_only
@require_POST
def edit(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    subject = node_of(request, room, pk)
    form = forms.PlaceForm(request.POST, parents=reports.parents_for(subject))
    if form.is_valid():
        try:
            services.edit(subject, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect(room.url, pk)
    return node_page(request, room, subject, details_form=form)


@admins_only
@require_POST
def archive(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    subject = node_of(request, room, pk)
    try:
        services.archive(subject, by=request.user)
        messages.success(request, f"{subject} is archived. Its past figures stay.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(room.url, pk)


@admins_only
@require_POST
def restore(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    subject = node_of(request, room, pk)
    try:
        services.restore(subject, by=request.user)
        messages.success(request, f"{subject} is in use again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(room.url, pk)
