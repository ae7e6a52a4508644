"""The tree of teams, or of territories, and the page of each node with its people, for admins."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.forms import KitForm
from org import access
from org.forms import set_up as forms
from org.http import PersonRequest, admins_only, done, form_page, posted, saved
from org.models.teams import Team
from org.models.territories import PersonTerritory, Territory
from org.reports import set_up as reports
from org.services import places
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
    forms=lambda day: {"members_form": forms.MembersForm(initial={"since": day})},
    next_deed="Now say who is in it.",
)
TERRITORIES = Room(
    word="territory",
    listed="territories",
    tree=Territory,
    rows=reports.territory_tree,
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
        "found": reports.node_page(subject, day=day),
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
    form = forms.NodeForm(posted(request), parents=parents, initial=initial)
    made = saved(form, lambda: services.create(room.tree, by=request.user, **form.cleaned_data))
    if made is None:
        return form_page(request, f"org/{room.word}_new.html", form)
    messages.success(request, f"{made} is there. {room.next_deed}")
    return redirect(room.url, made.pk)


@admins_only
@require_safe
def node(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    return node_page(request, room, node_of(request, room, pk))


@admins_only
@require_POST
def edit(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    subject = node_of(request, room, pk)
    form = forms.PlaceForm(request.POST, parents=reports.parents_for(subject))
    if not saved(form, lambda: services.edit(subject, by=request.user, **form.cleaned_data)):
        return node_page(request, room, subject, details_form=form)
    messages.success(request, "Saved.")
    return redirect(room.url, pk)


@admins_only
@require_POST
def archive(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    subject = node_of(request, room, pk)
    words = f"{subject} is archived. Its past figures stay."
    done(request, lambda: services.archive(subject, by=request.user), words)
    return redirect(room.url, pk)


@admins_only
@require_POST
def restore(request: PersonRequest, pk: int, room: Room) -> HttpResponse:
    subject = node_of(request, room, pk)
    words = f"{subject} is in use again."
    done(request, lambda: services.restore(subject, by=request.user), words)
    return redirect(room.url, pk)


@admins_only
@require_POST
def add_members(request: PersonRequest, pk: int) -> HttpResponse:
    subject, form = node_of(request, TEAMS, pk), forms.MembersForm(request.POST)
    if not saved(
        form,
        lambda: places.join_team_together(by=request.user, team=subject, **form.cleaned_data),
    ):
        return node_page(request, TEAMS, subject, members_form=form)
    messages.success(request, f"They are in {subject}.")
    return redirect(TEAMS.url, pk)


@admins_only
@require_POST
def add_people(request: PersonRequest, pk: int) -> HttpResponse:
    subject, form = node_of(request, TERRITORIES, pk), forms.TerritoryPeopleForm(request.POST)
    if not saved(
        form,
        lambda: places.assign_people(by=request.user, territory=subject, **form.cleaned_data),
    ):
        return node_page(request, TERRITORIES, subject, people_form=form)
    messages.success(request, f"They work {subject}.")
    return redirect(TERRITORIES.url, pk)


@admins_only
@require_POST
def end_assignment(request: PersonRequest, pk: int, row: int) -> HttpResponse:
    subject = node_of(request, TERRITORIES, pk)
    work = get_object_or_404(PersonTerritory, pk=row, territory=subject)
    form = forms.EndForm(request.POST)
    if form.is_valid():
        words = f"{work.person} no longer works {subject} from then."
        on = form.cleaned_data["on"]
        done(request, lambda: places.end_assignment(work, by=request.user, on=on), words)
    else:
        messages.error(request, "Give the day on which it ends.")
    return redirect(TERRITORIES.url, pk)
