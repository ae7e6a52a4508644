"""The shape that rows share which programs list, create, read, change, archive and restore."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import NothingSerializer, StrictSerializer
from kit.api.operations import operation
from kit.api.pages import Ordering, PageQuery, list_view
from org.api_requests import ApiRequest, answer_once, require
from org.models.people import Person
from pipeline import rules
from pipeline.api_changes import SeenSerializer

Service = Callable[..., Model]


IN_USE = Q(archived_at__isnull=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Rows of a kind, and what programs may do with them; what is left out has no address.

    ``label`` is one of them in words, as in "an account". ``lookups`` are the columns by which
    the parameters of ``query`` narrow a list, ``words`` the condition for each word of its text.
    ``in_use`` tells them from those out of use; ``related`` is read with a single row. Services
    get ``by``, and ``archive`` gets ``at``; each of the last two comes with its summary.
    """

    name: str
    label: str
    rows: Callable[[Person], QuerySet]
    query: type[PageQuery]
    body: type[serializers.Serializer]
    ordering: Ordering
    summary: str = ""
    lookups: Mapping[str, str] = field(default_factory=dict)
    words: Callable[[str], Q] | None = None
    in_use: Q = IN_USE
    related: tuple[str, ...] = ()
    may_write: Callable[[Person], bool] = rules.can_write
    takes: type[StrictSerializer] | None = None
    create: Service | None = None
    create_name: tuple[str, str] = ("create", "Create")
    changes: type[StrictSerializer] | None = None
    edit: Service | None = None
    archive: tuple[Service, str] | None = None
    restore: tuple[Service, str] | None = None

    def paths(self) -> list[URLPattern]:
        """Return the routes of all that can be done."""
        slug = self.name.replace("_", "-")
        one = slug.removesuffix("ies") + "y" if slug.endswith("ies") else slug.removesuffix("s")
        found = [path(f"{slug}/", _many(self).as_view(), name=slug)]
        if self.archive and self.restore:
            found.append(path(f"{slug}/<int:pk>/", _one(self).as_view(), name=one))
            for verb in ("archive", "restore"):
                view = _change(self, verb).as_view()
                found.append(path(f"{slug}/<int:pk>/{verb}/", view, name=f"{one}-{verb}"))
        return found

    def found(self, request: ApiRequest, pk: int) -> Any:
        rows = self.rows(request.user)
        return get_object_or_404(
            rows.select_related(*self.related) if self.related else rows, pk=pk
        )

    def answer(self, row: Model, *, status: int = 200) -> Response:
        return Response(self.body(row).data, status=status)

    def narrowed(self, rows: QuerySet, query: Mapping[str, Any]) -> QuerySet:
        """Return the rows that the parameters of a list select; the archived ones on demand."""
        given = {column: query[name] for name, column in self.lookups.items() if name in query}
        condition = (~self.in_use if query.get("archived") else self.in_use) & Q(**given)
        if self.words:
            for word in query.get("text", "").split():
                condition &= self.words(word)
        return rows.filter(condition)


def _many(about: Resource) -> type[APIView]:
    def rows(viewer: Person, query: Mapping[str, Any]) -> QuerySet:
        return about.narrowed(about.rows(viewer), query)

    many = list_view(
        name=f"{about.name}_list", summary=about.summary or f"List {about.name}",
        query=about.query, body=about.body, rows=rows, ordering=about.ordering,
    )  # fmt: skip
    if about.takes is None or about.create is None:
        return many
    takes, create = about.takes, about.create

    class Growing(many):  # type: ignore[valid-type, misc]
        @operation(
            name=f"{about.name}_{about.create_name[0]}",
            summary=f"{about.create_name[1]} {about.label}",
            takes=takes, gives=about.body, status=201, once=True,
        )  # fmt: skip
        def post(self, request: ApiRequest) -> Response:
            require(about.may_write(request.user))
            given = takes.read(request)
            return answer_once(
                request, lambda: about.answer(create(by=request.user, **given), status=201)
            )

    return Growing


def _one(about: Resource) -> type[APIView]:
    class One(APIView):
        @operation(
            name=f"{about.name}_read", summary=f"Read {about.label}", gives=about.body, faults=[404]
        )
        def get(self, request: ApiRequest, pk: int) -> Response:
            return about.answer(about.found(request, pk))

    if about.changes is None or about.edit is None:
        return One
    takes, edit = about.changes, about.edit
    seen = issubclass(takes, SeenSerializer)

    class Editable(One):
        @operation(
            name=f"{about.name}_edit", summary=f"Change fields of {about.label}",
            takes=takes, gives=about.body, faults=[404, 409] if seen else [404],
        )  # fmt: skip
        def patch(self, request: ApiRequest, pk: int) -> Response:
            row = about.found(request, pk)
            require(about.may_write(request.user))
            return about.answer(edit(row, by=request.user, changes=takes.read(request)))

    return Editable


def _change(about: Resource, verb: str) -> type[APIView]:
    """Return the view of a change that its address says whole."""
    service, summary = getattr(about, verb)

    class Change(APIView):
        @operation(
            name=f"{about.name}_{verb}", summary=summary,
            takes=NothingSerializer, gives=about.body, faults=[404], once=True,
        )  # fmt: skip
        def post(self, request: ApiRequest, pk: int) -> Response:
            row = about.found(request, pk)
            require(about.may_write(request.user))
            NothingSerializer.read(request)
            when = {"at": timezone.now()} if verb == "archive" else {}
            return answer_once(request, lambda: about.answer(service(row, by=request.user, **when)))

    return Change
