"""The pages on which admins add rows, change them, take them out of use and bring them back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from org.http import PageRequest, View, form_page, page_request_of, posted, saved
from org.models.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpPages:
    """What differs between the pages of one kind of row and those of another.

    ``form`` makes the form of a row, or of a new one for None; ``save`` writes a valid form, with
    the row or None, and returns what it made. ``context`` is what the template needs beside the
    form; left out, it is what pipeline/set_up_row.html shows: the ``heading`` of a new row, the
    way home, and what it means to be out of use (``use_note``). ``created`` and ``changed`` are
    what is said afterwards, ``kept`` what is said of a row out of use. All pages lead back to
    ``home``, the switch to ``own``, the page of the row, where it is named.
    """

    rows: Callable[[Person], QuerySet]
    admins: Callable[[View], View]
    template: str = "pipeline/set_up_row.html"
    home: str
    form: Callable[[HttpRequest, QueryDict | None, Any], Any]
    save: Callable[[PageRequest, Any, Any], Any]
    context: Callable[[PageRequest, Any], dict[str, Any]] | None = None
    heading: str = ""
    home_label: str = ""
    use_url: str = ""
    use_note: str = ""
    set_use: Callable[..., Any] | None = None
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
        form: BaseForm = self.form(request, posted(request), row)
        made = saved(form, lambda: self.save(page_request, form, row))
        if made is None:
            return form_page(request, self.template, form, **self.shown(page_request, row))
        if said := self.created if row is None else self.changed:
            messages.success(request, said.format(made))
        return redirect(self.home)

    def _use(self, request: HttpRequest, row: Any) -> HttpResponse:
        page_request = page_request_of(request)
        at = None if row.archived_at else page_request.now
        try:
            if self.set_use is not None:
                self.set_use(row, by=page_request.viewer, at=at)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            state = f"out of use.{self.kept}" if at else "in use again."
            messages.success(request, f"{row} is {state}")
        return redirect(self.own, row.pk) if self.own else redirect(self.home)
