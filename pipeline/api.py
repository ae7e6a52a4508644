"""What endpoints share: the shape of rows that programs keep, and conflicts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.errors import Conflict
from kit.api.fields import FlagField, NothingSerializer, StrictSerializer, TextField
from kit.api.operations import operation
from kit.api.pages import Ordering, PageQuery, list_view
from kit.api.rows import SeenInput
from kit.edits import FieldConflict
from org.api_requests import ApiRequest, answer_once, require
from org.models.people import Person
from pipeline import rules

SOURCE = "api"


def conflict(current: Model, attempted: Mapping[str, Any], *, version: int | None) -> Conflict:
    """Return the answer to who was slower: of each field in question both values."""
    return Conflict(
        differences={
            name: (_plain(getattr(current, name)), _plain(value))
            for name, value in attempted.items()
            if getattr(current, name) != value
        },
        version=version,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def unless_changed(edit: Callable[..., Model]) -> Callable[..., Model]:
    """Return the service with the values seen among the changes; it answers 409 with both."""

    def edited(row: Any, *, by: Person, changes: dict[str, Any]) -> Model:
        seen = changes.pop("seen")
        try:
            return edit(row, by=by, changes=changes, seen=seen)
        except FieldConflict as error:
            attempted = {name: changes[name] for name in error.fields}
            raise conflict(error.current, attempted, version=None) from error

    return edited


Service = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Rows of a model, and what programs may do with them; what is left out has no address.

    ``label`` is one of them in words, as in "an account". A list is narrowed by the parameters of
    ``narrow``, each with its lookup and, where that is not the text of a column, its field; by
    ``text``, which ``words`` explains, and by ``archived`` to those out of use. The first of
    ``ordering`` is the default. ``related`` is read with a single row. Services get ``by``, and
    ``archive`` gets ``at``; each of the last two comes with its summary.
    """

    name: str
    label: str
    model: Any
    body: type[serializers.Serializer]
    ordering: tuple[str, ...]
    archived: str
    summary: str = ""
    narrow: Mapping[str, str | tuple[str, serializers.Field]] = field(default_factory=dict)
    text: Callable[[str], Q] | None = None
    words: str = "Parts of the name."
    in_use: Q = Q(archived_at__isnull=True)  # noqa: RUF009 -- a condition never changes
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
        rows = self.model.objects.visible_to(request.user)
        return get_object_or_404(
            rows.select_related(*self.related) if self.related else rows, pk=pk
        )

    def answer(self, row: Model, *, status: int = 200) -> Response:
        return Response(self.body(row).data, status=status)

    def order(self) -> Ordering:
        names = [word.removeprefix("-") for word in self.ordering]
        return Ordering(dict(zip(names, names, strict=True)), default=self.ordering[0])

    def query(self) -> type[PageQuery]:
        """Return the parameters of a list."""
        found: dict[str, serializers.Field] = {}
        if self.text:
            found["text"] = TextField(required=False, max_length=100, help_text=self.words)
        for name, how in self.narrow.items():
            if isinstance(how, str):
                column: Any = self.model._meta.get_field(how.split("__")[0])  # noqa: SLF001 -- public name
                found[name] = TextField(required=False, max_length=column.max_length)
            else:
                found[name] = how[1]
        found["archived"] = FlagField(required=False, help_text=self.archived)
        return type("Query", (PageQuery,), found | {"ordering": self.order().field()})

    def narrowed(self, rows: QuerySet, query: Mapping[str, Any]) -> QuerySet:
        """Return the rows that the parameters of a list select."""
        lookups = {
            name: how if isinstance(how, str) else how[0] for name, how in self.narrow.items()
        }
        given = {lookup: query[name] for name, lookup in lookups.items() if name in query}
        condition = (~self.in_use if query.get("archived") else self.in_use) & Q(**given)
        if self.text:
            for word in query.get("text", "").split():
                condition &= self.text(word)
        return rows.filter(condition)


def _many(about: Resource) -> type[APIView]:
    def rows(viewer: Person, query: Mapping[str, Any]) -> QuerySet:
        return about.narrowed(about.model.objects.visible_to(viewer), query)

    many: Any = list_view(
        name=f"{about.name}_list", summary=about.summary or f"List {about.name}",
        query=about.query(), body=about.body, rows=rows, ordering=about.order(),
    )  # fmt: skip
    if about.takes is None or about.create is None:
        return many
    takes, create = about.takes, about.create

    class Growing(many):
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
    seen = issubclass(takes, SeenInput)

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
    service, summary = getattr(about, verb)

    def asked(request: ApiRequest, pk: int) -> Callable[[], Response]:
        row = about.found(request, pk)
        require(about.may_write(request.user))
        NothingSerializer.read(request)
        when = {"at": timezone.now()} if verb == "archive" else {}
        return lambda: about.answer(service(row, by=request.user, **when))

    return posting(f"{about.name}_{verb}", summary, asked, gives=about.body)


def posting(
    name: str,
    summary: str,
    asked: Callable[[ApiRequest, int], Callable[[], Response]],
    *,
    gives: type[serializers.Serializer],
    takes: type[StrictSerializer] = NothingSerializer,
) -> type[APIView]:
    """Return the view of a change of a row that has an address of its own.

    ``asked`` finds the row, judges rights and reads the body, then returns what makes the change:
    who may not see the row any more gets no repeated answer about it either.
    """

    class Posting(APIView):
        @operation(name=name, summary=summary, takes=takes, gives=gives, faults=[404], once=True)
        def post(self, request: ApiRequest, pk: int) -> Response:
            return answer_once(request, asked(request, pk))

    return Posting
