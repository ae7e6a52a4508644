"""Describes an endpoint for the schema: what it takes and every answer that it gives."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from kit.api.errors import ConflictSerializer, FaultSerializer

FAULTS = {
    400: "A field or parameter is wrong; `fields` says which and why. Nothing was changed.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "You may see this, but not do this.",
    404: "There is nothing here, or you may not see it.",
    409: "Somebody changed it in the meantime, or the same Idempotency-Key is still at work.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "The Idempotency-Key was already used with another body.",
    429: "Too many requests; `Retry-After` says in how many seconds to go on.",
    503: "The database is busy or away; nothing was changed. `Retry-After` says when to try again.",
}
ONCE = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=(
        "A name of your own for this request, such as a UUID. Sent again with the same body "
        "within 24 hours it gets the same answer, and nothing is done twice."
    ),
)


def operation(
    *,
    name: str,
    summary: str,
    gives: Any,
    status: int = 200,
    query: type[serializers.Serializer] | None = None,
    takes: type[serializers.Serializer] | None = None,
    faults: Sequence[int] = (),
    once: bool = False,
    also: int | None = None,
) -> Callable[[Any], Any]:
    """Return the decorator of a method. ``once``: it heeds an Idempotency-Key.

    ``gives`` is the serializer of the answer with ``status`` (and ``also``); every endpoint may
    answer 401, 429 and 503, one with a body 400, 409 where there are versions or keys, and so on.
    """
    answers: dict[Any, Any] = {status: gives}
    if also:
        answers[also] = gives
    codes = {401, 403, 429, 503, *faults}
    if query:
        codes.add(400)
    if takes:
        codes |= {400, 413, 415}
    if once:
        codes |= {400, 409, 422}
    for code in sorted(codes):
        shape = ConflictSerializer if code == 409 else FaultSerializer
        answers[code] = OpenApiResponse(shape, FAULTS[code])
    parameters: list[Any] = [query] if query else []
    return extend_schema(
        operation_id=name,
        summary=summary,
        request=takes,
        responses=answers,
        parameters=[*parameters, ONCE] if once else parameters,
        # One body is one page; the list is inside it.
        filters=False,
    )


def page_body(name: str, row: type[serializers.Serializer]) -> serializers.Serializer:
    """Return the serializer of a page of ``row``."""
    fields = {
        "results": row(many=True),
        "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last."),
    }
    return type(name, (serializers.Serializer,), fields)()
