"""The person and time of a request, who may open a page, and pages around a form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from kit.edits import FieldConflict, SharedForm
from kit.forms import add_errors
from org import access, rules
from org.access import organisation_settings
from org.models.people import Person

View = Callable[..., HttpResponseBase]
Made = TypeVar("Made")


class PersonRequest(HttpRequest):
    """A request whose user has signed in: LoginRequiredMiddleware lets no other reach a view."""

    user: Person


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request's person, reporting currency and time, for everything below the view."""

    viewer: Person
    currency: str
    now: datetime
    today: date


def page_request_of(request: HttpRequest) -> PageRequest:
    organisation, now = organisation_settings(), timezone.now()
    today = access.local_day(now, time_zone=organisation.time_zone)
    return PageRequest(cast(Person, request.user), organisation.currency, now, today)


def sellers(view: View) -> View:
    """Let in everybody who works with deals; somebody who is only a recruiter does not."""
    return let_in(access.sells, view)


def let_in(allowed: Callable[[Person], bool], view: View, refusal: str = "") -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not allowed(cast(Person, request.user)):
            raise PermissionDenied(refusal)
        return view(request, *args, **kwargs)

    return guarded


def admins_only(view: View) -> View:
    """Answer 403 to everybody but admins."""
    return let_in(rules.can_administer, view, "Only an admin may open this page.")


def back_to(request: HttpRequest, wanted: str, *, otherwise: str) -> str:
    """Return the page that a form names as where its author came from, if it is one of ours."""
    ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if ours else otherwise


def posted(request: HttpRequest) -> QueryDict | None:
    """Return what was sent, were it nothing (a list in which all was unticked), or None."""
    return request.POST if request.method == "POST" else None


def saved(form: BaseForm, write: Callable[[], Made]) -> Made | None:
    """Return what ``write`` made of a valid form; None where the form or the service refuses.

    The service's refusal then stands on the fields of the form.
    """
    if not form.is_valid():
        return None
    try:
        return write()
    except ValidationError as error:
        add_errors(form, error)
        return None


def saved_or_form(
    request: HttpRequest,
    template: str,
    form: BaseForm,
    write: Callable[[], Any],
    *,
    to: Any = None,
    said: str = "",
    **context: Any,
) -> HttpResponse:
    """Save a valid form and go ``to`` a page, or show the form.

    Left out, the page is that of what was made; a function finds it by that. ``said`` is shown
    there; {} in it is what was made. A SharedForm whose row somebody else changed
    meanwhile is shown with what stands there now.
    """
    try:
        made = saved(form, write)
    except FieldConflict as conflict:
        shown = {"form": cast(SharedForm, form).tell(conflict), **context}
        return render(request, template, shown, status=409)
    if made is None:
        return form_page(request, template, form, **context)
    if said:
        messages.success(request, said.format(made))
    return redirect(made if to is None else to(made) if callable(to) else to)


def done_or_told(request: HttpRequest, write: Callable[[], Made]) -> Made | None:
    """Return what a service did; None where it refuses, which a message then says."""
    try:
        return write()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return None


def done(request: HttpRequest, write: Callable[[], object], words: str) -> bool:
    """Do what needs no form and say so in ``words``, or why the service refuses; return which."""

    def written() -> bool:
        write()
        messages.success(request, words)
        return True

    return done_or_told(request, written) is not None


def form_page(request: HttpRequest, template: str, form: BaseForm, **context: Any) -> HttpResponse:
    status = 400 if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)
