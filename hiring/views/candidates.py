"""The pages of candidates, for their requisitions' people alone."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiring import forms, rules
from hiring.models import Application, Candidate
from hiring.services import candidates as services
from hiring.services.edits import EditConflictError
from hiring.views.pages import (
    about_candidates,
    candidate_of,
    conflict_page,
    form_page,
    posted,
    requisition_of,
    saved,
)
from kit.forms import add_errors
from org.http import PersonRequest


@require_http_methods(["GET", "POST"])
def candidate_new(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
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
    return form_page(request, form, title=f"Add a candidate: {found}", button="Add the candidate")


@require_GET
@about_candidates
def candidate(request: PersonRequest, pk: int) -> HttpResponse:
    return _page(request, candidate_of(request, pk))


@require_http_methods(["GET", "POST"])
@about_candidates
def candidate_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Correct what is known of a candidate; a second editor overwrites nothing."""
    found = candidate_of(request, pk)
    if not rules.can_keep_candidate(request.user, found):
        raise PermissionDenied
    form = forms.EditCandidateForm(posted(request), candidate=found)
    try:
        if not saved(form, lambda: _edit(request, found, form)):
            title = f"Edit: {found}"
            return form_page(
                request, form, title=title, button="Save", back=found.get_absolute_url()
            )
    except EditConflictError as conflict:
        now = candidate_of(request, conflict.current.pk)
        return conflict_page(request, form, forms.EditCandidateForm(candidate=now), row=now)
    messages.success(request, "Saved.")
    return redirect(found)


def _edit(request: PersonRequest, found: Candidate, form: forms.EditCandidateForm) -> Candidate:
    changes, version = form.changed_values(), form.cleaned_data["version"]
    return services.edit_candidate(found, by=request.user, version=version, changes=changes)


@require_POST
@about_candidates
def candidate_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Take a candidate out of the counts and lists, or bring an archived one back."""
    found = candidate_of(request, pk)
    if found.archived_at is None:
        services.archive_candidate(found, by=request.user, at=timezone.now())
        messages.success(request, "Archived. No count or list holds the candidate any more.")
    else:
        services.restore_candidate(found, by=request.user)
        messages.success(request, "Restored.")
    return redirect(found)


@require_POST
@about_candidates
def candidate_erase(request: PersonRequest, pk: int) -> HttpResponse:
    found = candidate_of(request, pk)
    form = forms.EraseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, status=400, erase_form=form)
    services.erase_candidate(found, by=request.user, at=timezone.now())
    messages.success(request, "The candidate's data is erased.")
    return redirect(found)


@require_POST
@about_candidates
def move(request: PersonRequest, pk: int) -> HttpResponse:
    rows = Application.objects.visible_to(request.user)
    found = get_object_or_404(rows.select_related("requisition", "stage", "candidate"), pk=pk)
    form = forms.MoveApplicationForm(request.POST)
    try:
        if saved(
            form,
            lambda: services.move_application(found, by=request.user, **form.cleaned_data),
        ):
            return redirect(found.candidate)
    except services.StageConflictError as conflict:
        return _page(request, found.candidate, status=409, conflict=conflict)
    return _page(request, found.candidate, status=400, refused=(found.pk, form))


def _page(
    request: PersonRequest,
    found: Candidate,
    *,
    status: int = 200,
    refused: tuple[int, forms.MoveApplicationForm] | None = None,
    **overrides: Any,
) -> HttpResponse:
    """Show a candidate; ``refused`` is a move that was not done, and of which application."""
    applications = (
        Application.objects.visible_to(request.user)
        .filter(candidate=found)
        .select_related("requisition", "stage")
        .prefetch_related("stays__stage", "stays__changed_by")
    )
    kept = dict([refused] if refused else [])
    rows = [
        {
            "application": one,
            "may_keep": rules.can_handle_candidates(request.user, one.requisition),
            "form": kept.get(one.pk)
            or forms.MoveApplicationForm(initial={"version": one.version}, left=one.stage_id),
        }
        for one in applications
    ]
    context = {
        "candidate": found,
        "rows": rows,
        "may_keep": all(row["may_keep"] for row in rows),
        "erase_form": forms.EraseForm(),
    } | overrides
    return render(request, "hiring/candidate.html", context, status=status)
