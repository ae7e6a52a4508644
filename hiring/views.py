"""The pages of hiring: requisitions, their candidates, and the stages these go through."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hiring import forms, reports, rules, services
from hiring.enums import RequisitionState, StageKind
from hiring.models import Application, Candidate, HiringStage, Requisition
from hiring.services import EditConflictError
from hiring.tables import STAGES
from kit.edits import EditForm, clashes
from kit.forms import KitForm
from kit.tables import Empty, Table
from org import access, private
from org.http import PageRequest, PersonRequest, View, let_in, posted, saved
from org.http import form_page as plain_form_page
from pipeline.set_up_pages import SetUpPages


def about_candidates(view: View) -> View:
    """Tell the database who asks; without that it shows no candidate."""

    @wraps(view)
    def told(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with private.reading_as(request.user):
            return view(request, *args, **kwargs)

    return told


def requisition_of(request: PersonRequest, pk: int) -> Requisition:
    rows = Requisition.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("team", "hiring_manager", "recruiter"), pk=pk)


def candidate_of(request: PersonRequest, pk: int) -> Candidate:
    return get_object_or_404(Candidate.objects.visible_to(request.user), pk=pk)


def form_page(
    request: PersonRequest, form: KitForm, *, title: str, button: str, back: str = ""
) -> HttpResponse:
    seen_values = form.seen_values if isinstance(form, EditForm) else []
    context = {"form_title": title, "button": button, "back": back, "seen_values": seen_values}
    return plain_form_page(request, "hiring/form.html", form, **context)


def edit_page(
    request: PersonRequest,
    row: Candidate | Requisition,
    form_of: Callable[[QueryDict | None, Any], EditForm],
    edit: Callable[..., Any],
    read_again: Callable[[], Candidate | Requisition],
) -> HttpResponse:
    """Correct a row; a second editor is shown both values and overwrites nothing.

    The form sent from the page of both carries the version and the values shown there.
    """
    form = form_of(posted(request), row)

    def write() -> Any:
        version = form.cleaned_data["version"]
        return edit(row, by=request.user, version=version, changes=form.changed_values())

    try:
        if not saved(form, write):
            title, back = f"Edit: {row}", row.get_absolute_url()
            return form_page(request, form, title=title, button="Save", back=back)
    except EditConflictError:
        row = read_again()
        current = form_of(None, row)
        found = clashes(form, current)
        inputs = form.inputs_over(current, [clash.field for clash in found])
        context = {"row": row, "clashes": found, "inputs": inputs}
        return render(request, "hiring/edit_conflict.html", context, status=409)
    messages.success(request, "Saved.")
    return redirect(row)


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
    form = forms.RequisitionForm(posted(request), viewer=request.user, initial=initial)
    made = saved(form, lambda: services.open_requisition(by=request.user, **form.cleaned_data))
    if made is None:
        return form_page(request, form, title="Open a requisition", button="Open it")
    return redirect(made)


@require_GET
def requisition(request: PersonRequest, pk: int) -> HttpResponse:
    return _requisition_page(request, requisition_of(request, pk))


@require_http_methods(["GET", "POST"])
def requisition_edit(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    return edit_page(
        request,
        found,
        lambda data, row: forms.EditRequisitionForm(data, requisition=row),
        services.edit_requisition,
        lambda: requisition_of(request, pk),
    )


@require_POST
def requisition_state(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
    form = forms.RequisitionStateForm(request.POST)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    if not form.is_valid():
        return _requisition_page(request, found, status=400, state_form=form)
    asked = form.cleaned_data | {"state": RequisitionState(form.cleaned_data["state"])}
    try:
        services.change_requisition(found, by=request.user, **asked)
    except EditConflictError as conflict:
        return _requisition_page(request, found, status=409, conflict=conflict)
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
    return _requisition_page(request, found, status=400, manager_form=form)


@require_POST
def interviewers(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
    form = forms.InterviewersForm(request.POST)
    if not rules.can_change(request.user, found):
        raise PermissionDenied
    if form.is_valid():
        services.name_interviewers(found, by=request.user, **form.cleaned_data)
        return redirect(found)
    return _requisition_page(request, found, status=400, interviewers_form=form)


def _requisition_page(
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


@require_http_methods(["GET", "POST"])
def candidate_new(request: PersonRequest, pk: int) -> HttpResponse:
    found = requisition_of(request, pk)
    if not rules.can_handle_candidates(request.user, found):
        raise PermissionDenied
    form = forms.CandidateForm(posted(request), initial={"submission": uuid.uuid4()})
    at = timezone.now()
    if not saved(
        form, lambda: services.add_candidate(found, by=request.user, at=at, **form.cleaned_data)
    ):
        title = f"Add a candidate: {found}"
        return form_page(request, form, title=title, button="Add the candidate")
    return redirect(found)


@require_GET
@about_candidates
def candidate(request: PersonRequest, pk: int) -> HttpResponse:
    return _candidate_page(request, candidate_of(request, pk))


@require_http_methods(["GET", "POST"])
@about_candidates
def candidate_edit(request: PersonRequest, pk: int) -> HttpResponse:
    found = candidate_of(request, pk)
    if not rules.can_keep_candidate(request.user, found):
        raise PermissionDenied
    return edit_page(
        request,
        found,
        lambda data, row: forms.EditCandidateForm(data, candidate=row),
        services.edit_candidate,
        lambda: candidate_of(request, pk),
    )


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
        return _candidate_page(request, found, status=400, erase_form=form)
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
    except EditConflictError as conflict:
        return _candidate_page(request, found.candidate, status=409, conflict=conflict)
    return _candidate_page(request, found.candidate, status=400, refused=(found.pk, form))


def _candidate_page(
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


def _stage_form(request: HttpRequest, data: QueryDict | None, stage: HiringStage | None) -> KitForm:
    if stage is not None:
        return forms.HiringStageForm(data, stage=stage)
    last = HiringStage.objects.filter(kind=StageKind.OPEN).aggregate(last=Max("order"))["last"] or 0
    return forms.HiringStageForm(data, order=min(last + 10, 32_000))


def _save_stage(asked: PageRequest, form: KitForm, stage: HiringStage | None) -> HiringStage:
    if stage is None:
        return services.create_stage(by=asked.viewer, **form.cleaned_data)
    return services.edit_stage(stage, by=asked.viewer, changes=form.cleaned_data)


def stage_keepers(view: View) -> View:
    return let_in(rules.can_set_up_stages, view)


STAGE_PAGES = SetUpPages(
    rows=HiringStage.objects.visible_to,
    admins=stage_keepers,
    template="hiring/stage.html",
    home="hiring:stages",
    form=_stage_form,
    save=_save_stage,
    context=lambda _, stage: {"stage": stage, "archive": KitForm()},
    created="{} is created.",
    changed="Saved.",
)
stage_new, stage, _ = STAGE_PAGES.views()


@require_GET
@stage_keepers
def stages(request: PersonRequest) -> HttpResponse:
    """List the stages, those out of use too, with how many candidates stand in them."""
    rows = reports.stages(request.user)
    empty = Empty(
        title="No stages yet.",
        text="Add the steps from application to hire, in order.",
        href=reverse("hiring:stage-new"),
        label="New stage",
    )
    table = Table(columns=STAGES, rows=rows, caption="Hiring stages", empty=empty)
    return render(request, "hiring/stages.html", {"table": table})


@require_POST
@stage_keepers
def stage_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Take an empty stage out of use, or bring one back."""
    found = STAGE_PAGES.found(request, pk)
    if found.archived_at is not None:
        services.restore_stage(found, by=request.user)
        messages.success(request, f"{found.name} is in use again.")
        return redirect(STAGE_PAGES.home)
    archive, at = KitForm(request.POST), timezone.now()
    if not saved(archive, lambda: services.archive_stage(found, by=request.user, at=at)):
        return STAGE_PAGES.refused(request, found, archive=archive)
    messages.success(request, f"{found.name} is out of use.")
    return redirect(STAGE_PAGES.home)
