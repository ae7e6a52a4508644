"""The directory, and the pages by which admins keep it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.export import csv_response
from kit.forms import KitForm, add_errors
from kit.pages import paginate
from kit.tables import Empty, Table, query_with
from org import access, rules, tables
from org.forms import people as forms
from org.http import PersonRequest, admins_only
from org.models.people import Person
from org.reports import people as reports
from org.services import assignments, sign_ins
from org.services import people as services


@require_safe
def people(request: PersonRequest) -> HttpResponse:
    if not access.may_enter(request.user):
        raise PermissionDenied("Ask an admin for a role first.")
    admin = rules.can_administer(request.user)
    columns = tables.PEOPLE if admin else tables.DIRECTORY
    form = forms.PeopleFilter(request.GET, columns=columns, admin=admin)
    if not form.is_valid():
        return render(request, "org/people.html", {"form": form}, status=400)
    rows = reports.directory(request.user, _query(form), day=access.today())
    sort = form.cleaned_data["sort"]
    page = paginate(sort.apply(rows, columns), number=form.cleaned_data["page"])
    table = Table(
        columns=columns,
        rows=page.rows,
        caption="People",
        sort=sort,
        page=page,
        base_query=request.GET,
        empty=_nobody(request),
    )
    return render(request, "org/people.html", {"form": form, "table": table})


def _query(form: forms.PeopleFilter) -> reports.PeopleQuery:
    values = form.cleaned_data
    return reports.PeopleQuery(
        search=values["q"],
        team=values["team"],
        role=values["role"],
        standing=values["standing"],
        sign_in=values.get("sign_in", ""),
    )


def _nobody(request: PersonRequest) -> Empty:
    if request.GET:
        return Empty(title="Nobody fits this filter.", href="?", label="Show everybody here now")
    return Empty(title="Nobody here yet.")


@admins_only
@require_safe
def people_file(request: PersonRequest) -> HttpResponseBase:
    form = forms.PeopleFilter(request.GET, columns=tables.PEOPLE, admin=True)
    if not form.is_valid():
        return redirect(f"../{query_with(request.GET, {'sort': None})}")
    rows = reports.directory(request.user, _query(form), day=access.today())
    ordered = form.cleaned_data["sort"].apply(rows, tables.PEOPLE)
    return csv_response("people.csv", tables.PEOPLE_FILE, ordered.iterator(chunk_size=2000))


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: PersonRequest) -> HttpResponse:
    day = access.today()
    form = forms.NewPersonForm(
        request.POST or None, managers=reports.managers(), initial={"started_on": day}
    )
    if request.method == "POST" and form.is_valid():
        values = {key: value for key, value in form.cleaned_data.items() if key != "invite"}
        try:
            person = services.take_on(by=request.user, **values)
        except ValidationError as error:
            add_errors(form, error)
        else:
            if form.cleaned_data["invite"] and person.email:
                _send_link(request, person)
            messages.success(request, f"{person} is added.")
            return redirect(person)
    status = 400 if form.is_bound else 200
    return render(request, "org/person_new.html", {"form": form}, status=status)


@require_safe
def person(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, _person(request, pk))


def _person(request: PersonRequest, pk: int) -> Person:
    return get_object_or_404(Person.objects.visible_to(request.user), pk=pk)


def _page(request: PersonRequest, subject: Person, **bound: KitForm) -> HttpResponse:
    """Render a person's page, with the forms an admin has for them; ``bound`` ones carry errors."""
    found = reports.person_page(request.user, subject, day=access.today())
    admin = rules.can_administer(request.user)
    context: dict[str, Any] = {"found": found, "person": subject, "is_admin": admin}
    if admin:
        context["details_form"] = forms.DetailsForm(initial=_details(subject))
    if rules.can_change_person(request.user, subject):
        context |= {"may_change": True, **_unbound(found)}
    return render(request, "org/person.html", context | bound, status=400 if bound else 200)


def _details(subject: Person) -> dict[str, Any]:
    return {field: getattr(subject, field) for field in services.EDITABLE}


def _unbound(found: reports.PersonPage) -> dict[str, KitForm]:
    membership, line = found.membership, found.line
    return {
        "roles_form": forms.RolesForm(initial={"roles": sorted(found.person.role_set)}),
        "line_form": forms.ReportingLineForm(
            managers=_others(found.person),
            initial={"manager": line and line.manager_id, "since": found.day},
        ),
        "team_form": forms.TeamMembershipForm(
            initial={
                "team": membership and membership.team_id,
                "is_lead": membership and membership.is_lead,
                "since": found.day,
            }
        ),
        "leave_form": forms.LeaveForm(successors=_others(found.person), initial={"on": found.day}),
    }


def _others(subject: Person) -> Any:
    return reports.managers().exclude(pk=subject.pk)


@require_POST
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _person(request, pk)
    if not rules.can_administer(request.user):
        raise PermissionDenied("Only an admin may change people.")
    form = forms.DetailsForm(request.POST)
    return _done(
        request, subject, form, PersonAction("details_form", services.edit_person, "Saved.")
    )


@require_POST
def roles(request: PersonRequest, pk: int) -> HttpResponse:
    action = PersonAction("roles_form", services.set_roles, "The roles are saved.")
    return _change(request, pk, forms.RolesForm(request.POST), action)


@require_POST
def line(request: PersonRequest, pk: int) -> HttpResponse:
    form = forms.ReportingLineForm(request.POST, managers=reports.managers().exclude(pk=pk))
    action = PersonAction("line_form", assignments.report_to, "The reporting line is saved.")
    return _change(request, pk, form, action)


@require_POST
def team(request: PersonRequest, pk: int) -> HttpResponse:
    action = PersonAction("team_form", assignments.join_team, "The team is saved.")
    return _change(request, pk, forms.TeamMembershipForm(request.POST), action)


@require_POST
def leave(request: PersonRequest, pk: int) -> HttpResponse:
    form = forms.LeaveForm(request.POST, successors=reports.managers().exclude(pk=pk))
    words = "They can no longer sign in; their sessions and API tokens have ended."
    return _change(request, pk, form, PersonAction("leave_form", services.deactivate, words))


@require_POST
def come_back(request: PersonRequest, pk: int) -> HttpResponse:
    words = "They can sign in again. Set their team and reporting line anew."
    action = PersonAction("leave_form", services.reactivate, words)
    return _change(request, pk, KitForm(request.POST), action)


@require_POST
def sign_out(request: PersonRequest, pk: int) -> HttpResponse:
    words = "Every session and API token of theirs has ended."
    action = PersonAction("leave_form", sign_ins.sign_out_everywhere, words)
    return _change(request, pk, KitForm(request.POST), action)


@require_POST
def password_link(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _person(request, pk)
    if not rules.can_administer(request.user):
        raise PermissionDenied("Only an admin may send password links.")
    if not subject.is_active or not subject.email:
        messages.error(request, f"{subject} cannot sign in, so there is no password to set.")
        return redirect(subject)
    _send_link(request, subject)
    messages.success(request, f"A link to set a password is on its way to {subject.email}.")
    return redirect(subject)


def _send_link(request: PersonRequest, subject: Person) -> None:
    form = ResetPasswordForm({"email": subject.email})
    form.full_clean()
    sign_ins.note_password_link(subject, by=request.user)
    form.save(request)


class PersonAction(NamedTuple):
    """What a form of the page does: its name there, the service it runs, what is said after."""

    form_name: str
    service: Callable[..., Any]
    words: str


def _change(request: PersonRequest, pk: int, form: KitForm, action: PersonAction) -> HttpResponse:
    """Change somebody else; 403 where the viewer may not change this person."""
    subject = _person(request, pk)
    if not rules.can_change_person(request.user, subject):
        raise PermissionDenied("You may not change this person.")
    return _done(request, subject, form, action)


def _done(
    request: PersonRequest, subject: Person, form: KitForm, action: PersonAction
) -> HttpResponse:
    if form.is_valid():
        try:
            action.service(subject, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, action.words)
            return redirect(subject)
    return _page(request, subject, **{action.form_name: form})
