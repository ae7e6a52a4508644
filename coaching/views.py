"""The pages of one-on-ones. Whoever is not one of the two finds nothing here."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from coaching import forms, reports, rules, services
from coaching.enums import SessionState
from coaching.models import ActionItem, Note, OneOnOne, Session
from coaching.tables import ONE_ON_ONES
from kit.export import table_response
from kit.forms import KitForm, add_errors
from kit.tables import Table
from org import access
from org.http import PersonRequest, View, form_page, posted, saved


@require_http_methods(["GET", "POST"])
def one_on_ones(request: PersonRequest) -> HttpResponseBase:
    asked = forms.ListForm(request.GET)
    if not asked.is_valid():
        asked = forms.ListForm({})
        asked.full_clean()
    found = reports.overview(request.user, today=access.today())
    others = [*found.without, *([found.own_manager] if found.own_manager else [])]
    form = forms.StartSeriesForm(posted(request), others=others)
    if form.is_valid():
        other = form.cleaned_data["other"]
        pair = {"person": other, "manager": request.user}
        if other == found.own_manager:
            pair = {"person": request.user, "manager": other}
        every_days = form.cleaned_data["every_days"]
        return redirect(services.start(by=request.user, every_days=every_days, **pair))
    sort = asked.cleaned_data["sort"]
    table = Table(
        columns=ONE_ON_ONES,
        rows=sort.apply_to_list(found.rows, ONE_ON_ONES),
        caption="Running one-on-ones",
        sort=sort,
        base_query=request.GET,
    )
    if asked.cleaned_data["file"]:
        return table_response("one-on-ones.csv", table)
    context = {"found": found, "table": table, "can_start": bool(others), "now": access.today()}
    return form_page(request, "coaching/one_on_ones.html", form, **context)


@require_GET
def one_on_one(request: PersonRequest, pk: int) -> HttpResponse:
    series = _series(request, pk)
    context = {
        "series": series,
        "sessions": series.sessions.all()[:60],
        "items": series.items.open().select_related("owner"),
        "plan_form": forms.PlanForm(initial={"planned_on": access.today()}),
        "may_write": rules.can_write(request.user, series),
    }
    return render(request, "coaching/one_on_one.html", context)


@require_POST
def end(request: PersonRequest, pk: int) -> HttpResponse:
    series = services.end(_series(request, pk), by=request.user, at=timezone.now())
    messages.success(request, "The series has ended. Its notes stay here for the two of you.")
    return redirect(series)


@require_POST
def plan(request: PersonRequest, pk: int) -> HttpResponse:
    series, form = _series(request, pk), forms.PlanForm(request.POST)
    made = saved(
        form,
        lambda: services.plan_session(series, by=request.user, on=form.cleaned_data["planned_on"]),
    )
    if made is None:
        messages.error(request, _first_error(form))
    return redirect(made or series)


@require_GET
def session(request: PersonRequest, pk: int) -> HttpResponse:
    return _session_page(request, _session(request, pk))


def _posted(
    form_of: Callable[[QueryDict, Session], KitForm],
    write: Callable[..., Any],
    keep: str = "",
) -> View:
    """Return the view that writes a form of a session's page; see ``_do``."""

    @require_POST
    def post(request: PersonRequest, pk: int) -> HttpResponse:
        held = _session(request, pk)
        form = form_of(request.POST, held)
        return _do(
            request, form, held, lambda: write(held, by=request.user, **form.cleaned_data), keep
        )

    return post


move = _posted(lambda data, _: forms.PlanForm(data), services.move_session)
state = _posted(lambda data, _: forms.SessionStateForm(data), services.set_session_state)
note_new = _posted(lambda data, _: forms.NoteForm(data), services.add_note, "note_form")
private_note = _posted(
    lambda data, _: forms.PrivateNoteForm(data), services.write_private_note, "private_form"
)
item_new = _posted(
    lambda data, held: forms.ItemForm(data, one_on_one=held.one_on_one),
    services.add_item,
    "item_form",
)


@require_http_methods(["GET", "POST"])
def note_edit(request: PersonRequest, pk: int) -> HttpResponse:
    note = _note(request, pk)
    if not rules.can_edit_note(request.user, note):
        raise PermissionDenied
    initial = {"body": note.body, "version": note.version}
    form, at = forms.EditNoteForm(posted(request), initial=initial), timezone.now()
    context: dict[str, Any] = {"note": note, "form": form}
    try:
        if saved(
            form, lambda: services.edit_note(note, by=request.user, at=at, **form.cleaned_data)
        ):
            return redirect(note.session)
    except services.NoteConflictError as conflict:
        context["conflict"] = conflict
    status = 409 if "conflict" in context else 400 if form.errors else 200
    return render(request, "coaching/note_edit.html", context, status=status)


@require_POST
def note_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Take an own note off the page, or bring an archived one back."""
    note = _note(request, pk)
    if note.archived_at is None:
        services.archive_note(note, by=request.user, at=timezone.now())
        messages.success(request, "Archived. Only you see the note until you restore it.")
    else:
        services.restore_note(note, by=request.user)
        messages.success(request, "Restored.")
    return redirect(note.session)


@require_POST
def item_state(request: PersonRequest, pk: int) -> HttpResponse:
    item = get_object_or_404(
        ActionItem.objects.visible_to(request.user).select_related(
            "one_on_one__person", "one_on_one__manager", "raised_in__one_on_one"
        ),
        pk=pk,
    )
    form = forms.ItemStateForm(request.POST, one_on_one=item.one_on_one)
    held = form.cleaned_data.get("session") if form.is_valid() else None
    return _do(
        request,
        form,
        held or item.raised_in,
        lambda: services.close_item(
            item,
            by=request.user,
            state=form.cleaned_data["state"],
            at=timezone.now(),
            session=held,
        ),
    )


def _series(request: PersonRequest, pk: int) -> OneOnOne:
    rows = OneOnOne.objects.visible_to(request.user).select_related("person", "manager")
    return get_object_or_404(rows, pk=pk)


def _session(request: PersonRequest, pk: int) -> Session:
    rows = Session.objects.visible_to(request.user).select_related(
        "one_on_one__person", "one_on_one__manager"
    )
    return get_object_or_404(rows, pk=pk)


def _note(request: PersonRequest, pk: int) -> Note:
    rows = Note.objects.visible_to(request.user).select_related("session__one_on_one")
    return get_object_or_404(rows, pk=pk)


def _do(
    request: PersonRequest, form: KitForm, held: Session, action: Any, keep: str = ""
) -> HttpResponse:
    """Do the deed and go back to the session; refused input stays in its form on the page."""
    if form.is_valid():
        try:
            action()
        except services.NoteConflictError as conflict:
            return _session_page(
                request, held, status=409, conflict=conflict, **({keep: form} if keep else {})
            )
        except ValidationError as error:
            add_errors(form, error)
        else:
            return redirect(held)
    if not keep:
        messages.error(request, _first_error(form))
    return _session_page(request, held, status=400, **({keep: form} if keep else {}))


def _session_page(
    request: PersonRequest, held: Session, *, status: int = 200, **overrides: Any
) -> HttpResponse:
    today = access.today()
    page = reports.session_page(request.user, held, today=today)
    series = held.one_on_one
    context = {
        "page": page,
        "session": held,
        "series": series,
        "may_write": rules.can_write(request.user, series),
        "states": SessionState,
        "move_form": forms.PlanForm(initial={"planned_on": held.planned_on}),
        "note_form": forms.NoteForm(initial=forms.fresh()),
        "item_form": forms.ItemForm(
            one_on_one=series, initial={"owner": series.person_id, **forms.fresh()}
        ),
        "private_form": forms.PrivateNoteForm(
            initial={"body": page.private_body, "version": page.private_version}
        ),
    } | overrides
    return render(request, "coaching/session.html", context, status=status)


def _first_error(form: KitForm) -> str:
    return next(str(errors[0]) for errors in form.errors.values())
