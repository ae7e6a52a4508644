"""The deal that a page is about, and pages that add to a deal and take off it."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from org.http import PageRequest, View, done_or_told, page_request_of, posted, saved_or_form
from org.models.people import Person
from pipeline import rules
from pipeline.deals.models import Deal
from pipeline.deals.querysets import RELATED


def visible_deal(page_request: PageRequest, pk: int, *also: str) -> Deal:
    """Return the deal with its RELATED rows and ``also``; 404 where it is hidden."""
    rows = Deal.objects.visible_to(page_request.viewer).select_related(
        *RELATED, "stage__pipeline", *also
    )
    return get_object_or_404(rows.with_loss(), pk=pk)


def writable_deal(page_request: PageRequest, pk: int) -> Deal:
    """Return the deal: 404 for one that the viewer may not see, 403 for one they may only see."""
    found = visible_deal(page_request, pk)
    if not rules.can_edit_seen_deal(page_request.viewer, found):
        raise PermissionDenied
    return found


def adding(template: str, form_of: Callable[..., Any], service: Callable[..., Any]) -> View:
    """Return the view of a form that adds something to a deal."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def add(request: HttpRequest, pk: int) -> HttpResponse:
        page_request = page_request_of(request)
        viewer, found = page_request.viewer, writable_deal(page_request, pk)
        form = form_of(posted(request), viewer=viewer, deal=found)
        return saved_or_form(
            request, template, form,
            lambda: service(found, by=viewer, at=page_request.now, **form.cleaned_data),
            to=found, deal=found,
        )  # fmt: skip

    return add


def removing(rows: Callable[[Person], QuerySet], service: Callable[..., Any]) -> View:
    """Return the view that takes one of the rows off its deal."""

    @require_POST
    def remove(request: HttpRequest, pk: int, row: int) -> HttpResponse:
        page_request = page_request_of(request)
        found = writable_deal(page_request, pk)
        there = get_object_or_404(rows(page_request.viewer).filter(deal=found), pk=row)
        change = partial(service, there, by=page_request.viewer, at=page_request.now)
        done_or_told(request, change)
        return redirect(found)

    return remove
