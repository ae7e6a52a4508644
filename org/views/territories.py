"""The tree of territories and the people who work them, for admins. Accounts are pipeline's."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kit.forms import KitForm, add_errors
from org import access
from org.forms import structure as forms
from org.http import PersonRequest
from org.models.territories import PersonTerritory, Territory
from org.reports import structure as reports
from org.services import territories as services
from org.views.doors import admins_only


@admins_only
@require_safe
def territories(request: PersonRequest) -> HttpResponse:
    form = forms.TreeFilter(request.GET)
    form.full_clean()
    archived = form.cleaned_data["archived"]
    rows = reports.territory_tree(day=access.today(), archived=archived)
    context = {"form": form, "rows": rows, "archived": archived}
    return render(request, "org/territories.html", context)


@admins_only
@require_http_methods(["GET", "HEAD", "POST"])
def new_territory(request: PersonRequest) -> HttpResponse:
    initial = {"parent": request.GET.get("parent")}
    form = forms.TerritoryDetailsForm(
        request.POST or None, parents=Territory.objects.live(), initial=initial
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_territory(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"{made} is there. Now say who works it.")
            return redirect("org:territory", made.pk)
    status = 400 if form.is_bound else 200
    return render(request, "org/territory_new.html", {"form": form}, status=status)


@admins_only
@require_safe
def territory(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, _territory(request, pk))


def _territory(request: PersonRequest, pk: int) -> Territory:
    return get_object_or_404(Territory.objects.visible_to(request.user), pk=pk)


def _page(request: PersonRequest, subject: Territory, **bound: KitForm) -> HttpResponse:
    day = access.today()
    context = {
        "found": reports.territory_page(subject, day=day),
        "territory": subject,
        "details_form": forms.TerritoryDetailsForm(
            parents=reports.territory_parents(subject),
            initial={"name": subject.name, "parent": subject.parent_id},
        ),
        "people_form": forms.TerritoryPeopleForm(initial={"since": day}),
        "end_form": forms.EndForm(initial={"on": day}),
    }
    return render(request, "org/territory.html", context | bound, status=400 if bound else 200)


@admins_only
@require_POST
def edit_territory(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _territory(request, pk)
    form = forms.TerritoryDetailsForm(request.POST, parents=reports.territory_parents(subject))
    if form.is_valid():
        try:
            services.edit_territory(subject, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, "Saved.")
            return redirect("org:territory", pk)
    return _page(request, subject, details_form=form)


@admins_only
@require_POST
def add_people(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _territory(request, pk)
    form = forms.TerritoryPeopleForm(request.POST)
    if form.is_valid():
        try:
            services.assign_people(by=request.user, territory=subject, **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            messages.success(request, f"They work {subject}.")
            return redirect("org:territory", pk)
    return _page(request, subject, people_form=form)


@admins_only
@require_POST
def end_assignment(request: PersonRequest, pk: int, row: int) -> HttpResponse:
    subject = _territory(request, pk)
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


@admins_only
@require_POST
def archive_territory(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _territory(request, pk)
    try:
        services.archive_territory(subject, by=request.user)
        messages.success(request, f"{subject} is archived. Its past figures stay.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("org:territory", pk)


@admins_only
@require_POST
def restore_territory(request: PersonRequest, pk: int) -> HttpResponse:
    subject = _territory(request, pk)
    try:
        services.restore_territory(subject, by=request.user)
        messages.success(request, f"{subject} is in use again.")
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect("org:territory", pk)
