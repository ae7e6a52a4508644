"""The pages of requisitions."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiring import forms, reports, rules
from hiring.enums import RequisitionState
from hiring.models import Requisition
from hiring.services import requisitions as services
from hiring.services.edits import EditConflictError
from hiring.views.pages import conflict_page, form_page, posted, requisition_of, saved
from kit.forms import add_errors
from org import access
from org.http import PersonRequest


@require_GET
def requisitions(request: PersonRequest) -> HttpResponse:
    context = {
        "rows": reports.requisitions(request.user),
        "may_open": rules.can_open(request.user),
        "may_set_up": rules.can_set_up_stages(request.user),
    }
    return render(request, "hiring/requisitions.html", context)


@require_http_methods(["GET", "POST"])
def requisition_new(request: PersonRequest) -> HttpResponse:
    if not rules.can_open(request.user):
        raise PermissionDenied
    initial = {"opened_on": access.today(), "hiring_manager": request.user.pk}
    form = forms.RequisitionForm(request.POST or None, viewer=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(services.open_requisition(by=request.user, **form.cleaned_data))
        except ValidationError as error:
            add_errors(form, error)
    return form_page(request, form, title="Open a requisition", button="Open it")


@require_GET
def requisition(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, requisition_of(request, pk))


@require_http_methods(["GET", "POST"])
def requisition_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Correct a requisition; a second editor is shown both values and overwrites nothing."""
    found = requisition_of(request, pk)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    form = forms.EditRequisitionForm(posted(request), requisition=found)
    try:
        if not saved(form, lambda: _edit(request, found, form)):
            title = f"Edit: {found}"
            return form_page(
                request, form, title=title, button="Save", back=found.get_absolute_url()
            )
    except EditConflictError as conflict:
        now = Requisition.objects.visible_to(request.user).get(pk=conflict.current.pk)
        return conflict_page(request, form, forms.EditRequisitionForm(requisition=now), row=now)
    messages.success(request, "Saved.")
    return redirect(found)


def _edit(
    request: PersonRequest, found: Requisition, form: forms.EditRequisitionForm
) -> Requisition:
    changes, version = form.changed_values(), form.cleaned_data["version"]
    return services.edit_requisition(found, by=request.user, version=version, changes=changes)


@require_POST
def requisition_state(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
    form = forms.RequisitionStateForm(request.POST)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    if not form.is_valid():
        return _page(request, found, status=400, state_form=form)
    asked = form.cleaned_data | {"state": RequisitionState(form.cleaned_data["state"])}
    try:
        services.change_requisition(found, by=request.user, **asked)
    except services.RequisitionConflictError as conflict:
        return _page(request, found, status=409, conflict=conflict)
    return redirect(found)


@require_POST
def take_over(request: PersonRequest, pk: int) -> HttpResponse:
    taken = services.take_over(requisition_of(request, pk), by=request.user)
    if taken.recruiter_id != request.user.pk:
        messages.warning(request, f"{taken.recruiter} recruits for it already.")
    return redirect(taken)


@require_POST
def hiring_manager(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
    if not rules.can_hand_over(request.user, found):
        raise PermissionDenied
    form = forms.HiringManagerForm(request.POST, viewer=request.user, requisition=found)
    if form.is_valid():
        given = services.name_hiring_manager(found, by=request.user, **form.cleaned_data)
        messages.success(request, f"{given.hiring_manager} is the hiring manager now.")
        # Whoever gave it away may have lost the sight of it.
        seen = Requisition.objects.visible_to(request.user).filter(pk=pk).exists()
        return redirect(given if seen else "hiring:requisitions")
    return _page(request, found, status=400, manager_form=form)


@require_POST
def interviewers(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
    form = forms.InterviewersForm(request.POST)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    if form.is_valid():
        services.name_interviewers(found, by=request.user, **form.cleaned_data)
        return redirect(found)
    return _page(request, found, status=400, interviewers_form=form)


def _page(
    request: PersonRequest, found: Requisition, *, status: int = 200, **overrides: Any
) -> HttpResponse:
    people = list(found.interviewers.all())
    context = {
        "requisition": found,
        "interviewers": people,
        "board": reports.board(request.user, found),
        "sees_candidates": rules.sees_candidates(request.user, found),
        "may_change": rules.can_change(request.user, found),
        "may_add": rules.can_handle_candidates(request.user, found),
        "may_take_over": rules.can_take_over(request.user, found),
        "may_hand_over": rules.can_hand_over(request.user, found),
        "is_recruited": rules.has_recruiter(found),
        "is_managed": rules.has_hiring_manager(found),
        "manager_form": forms.HiringManagerForm(viewer=request.user, requisition=found),
        "state_form": forms.RequisitionStateForm(
            initial={"state": found.state, "version": found.version}
        ),
        "interviewers_form": forms.InterviewersForm(initial={"interviewers": people}),
    } | overrides
    return render(request, "hiring/requisition.html", context, status=status)
