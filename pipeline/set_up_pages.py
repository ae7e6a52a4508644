"""The pages on which admins add rows, change them, take them out of use and bring them back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from org.http import PageRequest, View, done_or_told, page_request_of, posted, saved_or_form
from org.models.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPages:
    """What differs between the pages of one kind of row and those of another.

    ``form`` makes the form of a row, or of a new one for None. What it holds is written by
    ``create`` and ``edit``, or by ``save`` with the row or None. ``set_use`` takes a row out of
    use and brings it back; where these are two services, they are ``archive`` and ``restore``.
    ``context`` is what the template needs beside the form; left out, it is what
    pipeline/set_up_row.html shows: the ``heading`` of a new row, the way home, and what it means
    to be out of use (``use_note``). ``created`` and ``changed`` are what is said afterwards,
    ``kept`` what is said of a row out of use. All pages lead back to ``home``, the switch to
    ``own``, the page of the row, where it is named.
    """

    rows: Callable[[Person], QuerySet]
    admins: Callable[[View], View]
    template: str = "pipeline/set_up_row.html"
    home: str
    form: Callable[[HttpRequest, QueryDict | None, Any], Any]
    create: Callable[..., Any] | None = None
    edit: Callable[..., Any] | None = None
    save: Callable[[PageRequest, Any, Any], Any] | None = None
    context: Callable[[PageRequest, Any], dict[str, Any]] | None = None
    heading: str = ""
    home_label: str = ""
    use_url: str = ""
    use_note: str = ""
    set_use: Callable[..., Any] | None = None
    archive: Callable[..., Any] | None = None
    restore: Callable[..., Any] | None = None
    created: str = ""
    changed: str = ""
    kept: str = ""
    own: str = ""

    def views(self) -> tuple[View, View, View]:
        """Return the views that add a row, change one, and switch whether one is in use."""

        @require_http_methods(["GET", "HEAD", "POST"])
        @self.admins
        def new(request: HttpRequest) -> HttpResponse:
            return self._page(request, None)

        @require_http_methods(["GET", "HEAD", "POST"])
        @self.admins
        def edit(request: HttpRequest, pk: int) -> HttpResponse:
            return self._page(request, self.found(request, pk))

        @require_POST
        @self.admins
        def use(request: HttpRequest, pk: int) -> HttpResponse:
            return self._use(request, self.found(request, pk))

        return new, edit, use

    def found(self, request: HttpRequest, pk: int) -> Any:
        return get_object_or_404(self.rows(page_request_of(request).viewer), pk=pk)

    def shown(self, page_request: PageRequest, row: Any) -> dict[str, Any]:
        """Return what the template needs beside the form."""
        if self.context is not None:
            return self.context(page_request, row)
        heading = self.heading if row is None else row.name
        return {
            "heading": heading,
            "row": row,
            "home": self.home,
            "home_label": self.home_label,
            "use_url": self.use_url,
            "use_note": self.use_note,
        }

    def refused(self, request: HttpRequest, row: Any, **context: Any) -> HttpResponse:
        """Show the page of a row anew, with what a form of it beside the first was refused for."""
        shown = self.shown(page_request_of(request), row) | {"form": self.form(request, None, row)}
        return render(request, self.template, shown | context, status=400)

    def _page(self, request: HttpRequest, row: Any) -> HttpResponse:
        page_request = page_request_of(request)
        form = self.form(request, posted(request), row)
        return saved_or_form(
            request, self.template, form, lambda: self._save(page_request, form, row),
            to=reverse(self.home), said=self.created if row is None else self.changed,
            **self.shown(page_request, row),
        )  # fmt: skip

    def _save(self, page_request: PageRequest, form: Any, row: Any) -> Any:
        if self.save is not None:
            return self.save(page_request, form, row)
        values = form.values() if hasattr(form, "values") else form.cleaned_data
        if row is None:
            return self.create and self.create(by=page_request.viewer, **values)
        return self.edit and self.edit(row, by=page_request.viewer, changes=values)

    def _use(self, request: HttpRequest, row: Any) -> HttpResponse:
        page_request = page_request_of(request)
        at = None if row.archived_at else page_request.now
        when = {"at": at} if at or self.set_use else {}
        change: Any = self.set_use or (self.archive if at else self.restore)
        if done_or_told(request, lambda: change(row, by=page_request.viewer, **when)):
            state = f"out of use.{self.kept}" if at else "in use again."
            messages.success(request, f"{row} is {state}")
        return redirect(self.own, row.pk) if self.own else redirect(self.home)
