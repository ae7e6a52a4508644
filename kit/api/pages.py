"""Pages by cursor: rows that come in between are neither shown twice nor push others out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import F, Model, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from kit.api.fields import QuerySerializer, TextField, WholeNumber, WordField
from kit.api.operations import operation, page_body

PAGE_SIZE = 50
LARGEST_PAGE = 100
SALT = "kit.api.pages"


@dataclass(frozen=True, slots=True)
class Ordering:
    """The names by which rows can be ordered, each with its column; the id breaks ties.

    Columns in ``nullable`` have their undefined values last, either way round.
    """

    columns: Mapping[str, str]
    default: str
    nullable: frozenset[str] = field(default=frozenset())
    id_column: str = "pk"

    def words(self) -> list[str]:
        return [word for name in self.columns for word in (name, f"-{name}")]

    def field(self) -> WordField:
        """Return the field ``ordering`` of a PageQuery."""
        text = f"Default: {self.default}."
        return WordField(choices=self.words(), required=False, help_text=text)


class PageQuery(QuerySerializer):
    """The parameters that ``page_of`` reads, beside an ``ordering`` where one may be chosen."""

    cursor = TextField(
        required=False, max_length=1000, help_text="From the `next` of the page before."
    )
    page_size = WholeNumber(
        required=False, min_value=1, max_value=LARGEST_PAGE, help_text=f"Default: {PAGE_SIZE}."
    )


def list_view(
    *,
    name: str,
    summary: str,
    query: type[PageQuery],
    body: type[serializers.Serializer],
    rows: Callable[..., QuerySet],
    ordering: Ordering,
) -> type[APIView]:
    """Return the view that lists ``rows(viewer, query)``, with the parts of its address by name."""
    gives = page_body(body.__name__.removesuffix("Body") + "Page", body)

    class ListView(APIView):
        @operation(name=name, summary=summary, query=query, gives=gives)
        def get(self, request: Request, **address: Any) -> Response:
            asked = query.read(request)
            found = rows(request.user, asked, **address)
            return page_response(found, request, asked, ordering=ordering, body=body)

    return ListView


def page_response(
    rows: QuerySet,
    request: Request,
    query: Mapping[str, Any],
    *,
    ordering: Ordering,
    body: type[serializers.BaseSerializer],
) -> Response:
    """Answer with the page of ``rows`` that ``ordering``, ``cursor`` and ``page_size`` ask for."""
    word = query.get("ordering", ordering.default)
    size = query.get("page_size", PAGE_SIZE)
    column, falls = ordering.columns[word.removeprefix("-")], word.startswith("-")
    may_be_null = column in ordering.nullable
    if cursor := query.get("cursor"):
        rows = rows.filter(_after(cursor, word, rows.model, ordering))
    nulls = {"nulls_last": True} if may_be_null else {}
    by = [F(column).desc(**nulls), F(ordering.id_column).desc()]
    if not falls:
        by = [F(column).asc(**nulls), F(ordering.id_column).asc()]
    found, address = list(rows.order_by(*by)[: size + 1]), None
    if len(found) > size:
        last = found[size - 1]
        position = signing.dumps(
            [word, _text(_value(last, column)), _value(last, ordering.id_column)], salt=SALT
        )
        address = replace_query_param(request.build_absolute_uri(), "cursor", position)
    return Response({"results": body(found[:size], many=True).data, "next": address})


def _after(cursor: str, word: str, model: type[Model], ordering: Ordering) -> Q:
    """Return the condition of the rows that follow the cursor's."""
    try:
        given, text, pk = signing.loads(cursor, salt=SALT)
        if given != word:
            raise serializers.ValidationError({"cursor": "This cursor is of another ordering."})
        column = ordering.columns[word.removeprefix("-")]
        value = None if text is None else _column(model, column).to_python(text)
    except (signing.BadSignature, DjangoValidationError, TypeError, ValueError) as error:
        raise serializers.ValidationError(
            {"cursor": "Take the cursor from the address in `next`."}
        ) from error
    further = "lt" if word.startswith("-") else "gt"
    beyond = Q(**{f"{ordering.id_column}__{further}": pk})
    if value is None:
        return Q(**{f"{column}__isnull": True}) & beyond
    # The first condition follows from the second; it lets an index find where to start.
    condition = Q(**{f"{column}__{further}e": value}) & (
        Q(**{f"{column}__{further}": value}) | beyond
    )
    if column in ordering.nullable:
        condition |= Q(**{f"{column}__isnull": True})
    return condition


def _column(model: type[Model], path: str) -> Any:
    *relations, name = path.split("__")
    for relation in relations:
        model = model._meta.get_field(relation).related_model  # type: ignore[assignment]  # noqa: SLF001 -- Django documents _meta as public
    return model._meta.pk if name == "pk" else model._meta.get_field(name)  # noqa: SLF001 -- same


def _value(row: Any, path: str) -> Any:
    for name in path.split("__"):
        row = getattr(row, name)
    return row


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
