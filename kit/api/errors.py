"""The one shape of every error: ``code``, ``message`` and, where they are at fault, ``fields``."""

import logging
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from kit.databases import BUSY, RETRY_AFTER, server_away

logger = logging.getLogger(__name__)

NOT_FOUND = "There is nothing here, or you may not see it."
FORBIDDEN = "You may not do this."


class FaultSerializer(serializers.Serializer):
    """What was wrong, in words for a person and a code for a program."""

    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with which field; left out where no field is at fault.",
    )


class Side(serializers.Serializer):
    current = serializers.JSONField(help_text="The value that stands there now.")
    attempted = serializers.JSONField(help_text="The value that was asked for.")


class ConflictSerializer(serializers.Serializer):
    """Somebody else was faster: nothing was written. Both values of every field in question."""

    code = serializers.CharField()
    message = serializers.CharField()
    version = serializers.IntegerField(
        required=False, help_text="The version by now, where the row has one."
    )
    differences = serializers.DictField(child=Side(), required=False)


class Conflict(exceptions.APIException):
    """Carries what stands there now beside what was asked for."""

    status_code = 409
    default_code = "conflict"
    default_detail = "Somebody changed this in the meantime. Nothing was written."

    def __init__(
        self, *, differences: Mapping[str, tuple[Any, Any]], version: int | None = None
    ) -> None:
        super().__init__()
        self.extra: dict[str, Any] = {} if version is None else {"version": version}
        self.extra["differences"] = {
            name: {"current": current, "attempted": attempted}
            for name, (current, attempted) in differences.items()
        }


class Unavailable(exceptions.APIException):
    """The database or Redis is away or busy for a moment."""

    status_code = 503
    default_code = "unavailable"
    default_detail = BUSY
    wait = RETRY_AFTER


def fault(code: str, message: str, fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"code": code, "message": message}
    return body | {"fields": dict(fields)} if fields else body


def explain(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an error of a view in the one shape; None for those that are the server's fault."""
    if isinstance(error, Http404):
        return Response(fault("not_found", NOT_FOUND), status=404)
    if isinstance(error, PermissionDenied):
        return Response(fault("permission_denied", str(error) or FORBIDDEN), status=403)
    if isinstance(error, ValidationError):
        return Response(_invalid(_of_django(error)), status=400)
    if isinstance(error, exceptions.ValidationError):
        return Response(_invalid(_of_serializer(error.detail)), status=400)
    if server_away(error):
        # What is answered here never reaches Django's own handler, which would log it.
        logger.error("A server is away or busy.", exc_info=error)
        error = Unavailable()
    return _of_framework(error) if isinstance(error, exceptions.APIException) else None


def _of_framework(error: exceptions.APIException) -> Response:
    codes = error.get_codes()
    body = fault(codes if isinstance(codes, str) else error.default_code, str(error.detail))
    response = Response(body | getattr(error, "extra", {}), status=error.status_code)
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(max(1, -int(-wait // 1)))
    return response


def _invalid(found: tuple[list[str], dict[str, list[str]]]) -> dict[str, Any]:
    general, fields = found
    message = " ".join(general) or "Some fields are wrong; nothing was changed."
    return fault("invalid", message, fields)


def _of_django(error: ValidationError) -> tuple[list[str], dict[str, list[str]]]:
    if not hasattr(error, "error_dict"):
        return error.messages, {}
    fields = dict(error.message_dict)
    return fields.pop("__all__", []), fields


def _of_serializer(detail: Any) -> tuple[list[str], dict[str, list[str]]]:
    if not isinstance(detail, dict):
        return _texts(detail), {}
    general: list[str] = []
    fields: dict[str, list[str]] = {}
    for name, found in detail.items():
        if name == "non_field_errors":
            general += _texts(found)
        elif isinstance(found, dict):
            fields |= {f"{name}.{part}": _texts(texts) for part, texts in found.items()}
        else:
            fields[str(name)] = _texts(found)
    return general, fields


def _texts(detail: Any) -> list[str]:
    if isinstance(detail, list):
        return [text for part in detail for text in _texts(part)]
    if isinstance(detail, dict):
        return [text for part in detail.values() for text in _texts(part)]
    return [str(detail)]
