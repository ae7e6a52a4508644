"""The pages of hiring."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiring import forms, reports, rules, services
from hiring.enums import RequisitionState
from hiring.models import Application, Candidate, Requisition
from kit.forms import KitForm, add_errors
from org import access, private
from org.http import PersonRequest

View = Callable[..., HttpResponse]


def about_candidates(view: View) -> View:
    """Tell the database who asks; without that it shows no candidate."""

    @wraps(view)
    def told(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with private.reading_as(request.user):
            return view(request, *args, **kwargs)

    return told


@require_GET
def requisitions(request: PersonRequest) -> HttpResponse:
    context = {
        "rows": reports.requisitions(request.user),
        "may_open": rules.can_open(request.user),
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
    return _form_page(request, form, title="Open a requisition", button="Open it")


@require_GET
def requisition(request: PersonRequest, pk: int) -> HttpResponse:
    return _requisition_page(request, _requisition(request, pk))


@require_POST
def requisition_state(request: PersonRequest, pk: int) -> HttpResponse:
    found = _requisition(request, pk)
    form = forms.StateForm(request.POST)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    if not form.is_valid():
        return _requisition_page(request, found, status=400, state_form=form)
    asked = form.cleaned_data | {"state": RequisitionState(form.cleaned_data["state"])}
    try:
        services.change_requisition(found, by=request.user, **asked)
    except services.RequisitionConflictError as conflict:
        return _requisition_page(request, found, status=409, conflict=conflict)
    return redirect(found)


@require_POST
def take_over(request: PersonRequest, pk: int) -> HttpResponse:
    taken = services.take_over(_requisition(request, pk), by=request.user)
    if taken.recruiter_id != request.user.pk:
        messages.warning(request, f"{taken.recruiter} recruits for it already.")
    return redirect(taken)


@require_POST
def hiring_manager(request: PersonRequest, pk: int) -> HttpResponse:
    found = _requisition(request, pk)
    if not rules.can_hand_over(request.user, found):
        raise PermissionDenied
    form = forms.HiringManagerForm(request.POST, viewer=request.user, requisition=found)
    if form.is_valid():
        given = services.name_hiring_manager(found, by=request.user, **form.cleaned_data)
        messages.success(request, f"{given.hiring_manager} is the hiring manager now.")
        # Whoever gave it away may have lost the sight of it.
        seen = Requisition.objects.visible_to(request.user).filter(pk=pk).exists()
        return redirect(given if seen else "hiring:requisitions")
    return _requisition_page(request, found, status=400, manager_form=form)


@require_POST
def interviewers(request: PersonRequest, pk: int) -> HttpResponse:
    found = _requisition(request, pk)
    form = forms.InterviewersForm(request.POST)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    if form.is_valid():
        services.name_interviewers(found, by=request.user, **form.cleaned_data)
        return redirect(found)
    return _requisition_page(request, found, status=400, interviewers_form=form)


@require_http_methods(["GET", "POST"])
def candidate_new(request: PersonRequest, pk: int) -> HttpResponse:
    found = _requisition(request, pk)
    if not rules.can_handle_candidates(request.user, found):
        raise PermissionDenied
    form = forms.CandidateForm(request.POST or None, initial={"submission": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            services.add_candidate(found, by=request.user, at=timezone.now(), **form.cleaned_data)
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect(found)
    return _form_page(request, form, title=f"Add a candidate: {found}", button="Add the candidate")


@require_GET
@about_candidates
def candidate(request: PersonRequest, pk: int) -> HttpResponse:
    return _candidate_page(request, _candidate(request, pk))


@require_POST
@about_candidates
def candidate_erase(request: PersonRequest, pk: int) -> HttpResponse:
    found = _candidate(request, pk)
    form = forms.EraseForm(request.POST)
    if not form.is_valid():
        return _candidate_page(request, found, status=400, erase_form=form)
    services.erase_candidate(found, by=request.user, at=timezone.now())
    messages.success(request, "The candidate's data is erased.")
    return redirect(found)


@require_POST
@about_candidates
def move(request: PersonRequest, pk: int) -> HttpResponse:
    rows = Application.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("requisition", "stage", "candidate"), pk=pk)
    form = forms.MoveForm(request.POST)
    if not form.is_valid():
        return _candidate_page(request, found.candidate, status=400)
    try:
        services.move_application(found, by=request.user, **form.cleaned_data)
    except services.StageConflictError as conflict:
        return _candidate_page(request, found.candidate, status=409, conflict=conflict)
    return redirect(found.candidate)


def _requisition(request: PersonRequest, pk: int) -> Requisition:
    rows = Requisition.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("team", "hiring_manager", "recruiter"), pk=pk)


def _candidate(request: PersonRequest, pk: int) -> Candidate:
    return get_object_or_404(Candidate.objects.visible_to(request.user), pk=pk)


def _form_page(request: PersonRequest, form: KitForm, *, title: str, button: str) -> HttpResponse:
    context = {"form": form, "form_title": title, "button": button}
    return render(request, "hiring/form.html", context, status=400 if form.errors else 200)


def _requisition_page(
    request: PersonRequest, found: Requisition, *, status: int = 200, **overrides: Any
) -> HttpResponse:
    people = list(found.interviewers.all())
    context = {
        "requisition": found,
        "interviewers": people,
        "columns": reports.board(request.user, found),
        "sees_candidates": rules.sees_candidates(request.user, found),
        "may_change": rules.can_change(request.user, found),
        "may_add": rules.can_handle_candidates(request.user, found),
        "may_take_over": rules.can_take_over(request.user, found),
        "may_hand_over": rules.can_hand_over(request.user, found),
        "is_recruited": rules.has_recruiter(found),
        "is_managed": rules.has_hiring_manager(found),
        "manager_form": forms.HiringManagerForm(viewer=request.user, requisition=found),
        "state_form": forms.StateForm(initial={"state": found.state, "version": found.version}),
        "interviewers_form": forms.InterviewersForm(initial={"interviewers": people}),
    } | overrides
    return render(request, "hiring/requisition.html", context, status=status)


def _candidate_page(
    request: PersonRequest, found: Candidate, *, status: int = 200, **overrides: Any
) -> HttpResponse:
    applications = (
        Application.objects.visible_to(request.user)
        .filter(candidate=found)
        .select_related("requisition", "stage")
        .prefetch_related("stays__stage", "stays__changed_by")
    )
    rows = [
        {
            "application": one,
            "may_move": rules.can_handle_candidates(request.user, one.requisition),
            "form": forms.MoveForm(initial={"version": one.version}, left=one.stage_id),
        }
        for one in applications
    ]
    context = {
        "candidate": found,
        "rows": rows,
        "may_erase": found.erased_at is None and all(row["may_move"] for row in rows),
        "erase_form": forms.EraseForm(),
    } | overrides
    return render(request, "hiring/candidate.html", context, status=status)
