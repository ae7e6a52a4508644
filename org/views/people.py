"""The directory, and the pages by which admins keep it."""

from collections.abc import Callable
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.export import csv_response
from kit.forms import KitForm
from kit.tables import Empty, Table, paginate, query_with
from org import access, rules, tables
from org.forms import set_up as forms
from org.http import PersonRequest, View, admins_only, form_page, posted, saved
from org.models.people import Person
from org.reports import set_up as reports
from org.services import people as services
from org.services import places


@require_safe
def people(request: PersonRequest) -> HttpResponse:
    if not access.may_enter(request.user):
        raise PermissionDenied("Ask an admin for a role first.")
    admin = rules.can_administer(request.user)
    columns = tables.PEOPLE if admin else tables.DIRECTORY
    form = forms.PeopleFilter(request.GET, columns=columns, admin=admin)
    if not form.is_valid():
        return render(request, "org/people.html", {"form": form}, status=400)
    rows = reports.directory(request.user, form.cleaned_data, day=access.today())
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
    rows = reports.directory(request.user, form.cleaned_data, day=access.today())
    ordered = form.cleaned_data["sort"].apply(rows, tables.PEOPLE)
    return csv_response("people.csv", tables.PEOPLE_FILE, ordered.iterator(chunk_size=2000))


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_person(request: PersonRequest) -> HttpResponse:
    form = forms.NewPersonForm(
        posted(request), managers=reports.managers(), initial={"started_on": access.today()}
    )

    def take_on() -> Person:
        values = {key: value for key, value in form.cleaned_data.items() if key != "invite"}
        return services.take_on(by=request.user, **values)

    person = saved(form, take_on)
    if person is None:
        return form_page(request, "org/person_new.html", form)
    if form.cleaned_data["invite"] and person.email:
        _send_link(request, person)
    messages.success(request, f"{person} is added.")
    return redirect(person)


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
        context["details_form"] = forms.DetailsForm(
            initial={name: getattr(subject, name) for name in services.EDITABLE}
        )
    if rules.can_change_person(request.user, subject):
        context |= {"may_change": True, **_unbound(found)}
    return render(request, "org/person.html", context | bound, status=400 if bound else 200)


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


def _changing(
    form_name: str,
    form_of: Callable[[PersonRequest, Person], KitForm],
    service: Callable[..., Any],
    words: str,
    allowed: Callable[[Person, Person], bool] = rules.can_change_person,
) -> View:
    """Return the view of a form of the page: its name there, what it runs, what is said after."""

    @require_POST
    def change(request: PersonRequest, pk: int) -> HttpResponse:
        subject = _person(request, pk)
        if not allowed(request.user, subject):
            raise PermissionDenied
        form = form_of(request, subject)
        # In a list, since some services return None.
        if not saved(form, lambda: [service(subject, by=request.user, **form.cleaned_data)]):
            return _page(request, subject, **{form_name: form})
        messages.success(request, words)
        return redirect(subject)

    return change


def _no_input(request: PersonRequest, _: Person) -> KitForm:
    return KitForm(request.POST)


edit = _changing(
    "details_form", lambda request, _: forms.DetailsForm(request.POST), services.edit_person,
    "Saved.", lambda viewer, _: rules.can_administer(viewer),
)  # fmt: skip
roles = _changing(
    "roles_form", lambda request, _: forms.RolesForm(request.POST), services.set_roles,
    "The roles are saved.",
)  # fmt: skip
line = _changing(
    "line_form",
    lambda request, who: forms.ReportingLineForm(request.POST, managers=_others(who)),
    places.report_to,
    "The reporting line is saved.",
)
team = _changing(
    "team_form", lambda request, _: forms.TeamMembershipForm(request.POST), places.join_team,
    "The team is saved.",
)  # fmt: skip
leave = _changing(
    "leave_form",
    lambda request, who: forms.LeaveForm(request.POST, successors=_others(who)),
    services.deactivate,
    "They can no longer sign in; their sessions and API tokens have ended.",
)
come_back = _changing(
    "leave_form", _no_input, services.reactivate,
    "They can sign in again. Set their team and reporting line anew.",
)  # fmt: skip
sign_out = _changing(
    "leave_form", _no_input, services.sign_out_everywhere,
    "Every session and API token of theirs has ended.",
)  # fmt: skip


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
    services.note_password_link(subject, by=request.user)
    form.save(request)
