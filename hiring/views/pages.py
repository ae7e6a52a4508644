"""What the views of hiring share: the rows that the viewer may see, and pages around a form."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render

from hiring.models import Candidate, Requisition
from kit.edits import EditForm, clashes
from kit.forms import add_errors
from org import private
from org.http import PersonRequest

View = Callable[..., HttpResponse]


def about_candidates(view: View) -> View:
    """Tell the database who asks; without that it shows no candidate."""

    @wraps(view)
    def told(request: PersonRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with private.reading_as(request.user):
            return view(request, *args, **kwargs)

    return told


def requisition_of(request: PersonRequest, pk: int) -> Requisition:
    rows = Requisition.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("team", "hiring_manager", "recruiter"), pk=pk)


def candidate_of(request: PersonRequest, pk: int) -> Candidate:
    return get_object_or_404(Candidate.objects.visible_to(request.user), pk=pk)


def posted(request: PersonRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def saved(form: BaseForm, write: Callable[[], object]) -> bool:
    """Whether a valid form was written; a service's refusal then stands on the form's fields."""
    if not form.is_valid():
        return False
    try:
        write()
    except ValidationError as error:
        add_errors(form, error)
        return False
    return True


def form_page(
    request: PersonRequest, form: BaseForm, *, title: str, button: str, back: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "form_title": title,
        "button": button,
        "back": back,
        "seen_values": form.seen_values if isinstance(form, EditForm) else [],
    }
    return render(request, "hiring/form.html", context, status=400 if form.errors else 200)


def conflict_page(
    request: PersonRequest, form: EditForm, current: EditForm, *, row: Candidate | Requisition
) -> HttpResponse:
    """Show both values; the form sent from there carries the version and values shown there."""
    found = clashes(form, current)
    context = {
        "row": row,
        "clashes": found,
        "inputs": form.inputs_over(current, [clash.field for clash in found]),
    }
    return render(request, "hiring/edit_conflict.html", context, status=409)
