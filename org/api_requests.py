"""Shared by the API endpoints of every app: sign-in, permission, throttling, repeated requests."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from kit.api.errors import FORBIDDEN
from kit.api.requests import MinuteThrottle
from org import access
from org.models.people import Person
from org.models.tokens import ApiToken, KeptReply
from org.services import tokens

SCHEME = b"bearer"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 255
KEPT = timedelta(hours=24)
PRUNED_AT_ONCE = 100


class ApiRequest(Request):
    """A request of the API: MayEnter lets nobody through who has not signed in."""

    user: Person
    auth: ApiToken | None


class TokenAuthentication(BaseAuthentication):
    """Lets a program in by ``Authorization: Bearer smgr_…``."""

    def authenticate(self, request: Request) -> tuple[Person, ApiToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != SCHEME:
            return None
        try:
            token = tokens.holder(secret.strip().decode("ascii"), at=timezone.now())
        except UnicodeDecodeError:
            token = None
        if token is None:
            raise exceptions.AuthenticationFailed("This token is unknown, expired or revoked.")
        return token.person, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "org.api_requests.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token from the page “API tokens”; it begins with smgr_.",
        }


class MayEnter(BasePermission):
    """Lets in who is signed in and holds a role; by a token that may, if something is changed."""

    message = "You hold no role here."

    def has_permission(self, request: Request, view: Any) -> bool:
        if not request.user or not request.user.is_authenticated:
            return False
        if not access.may_enter(request.user):
            return False
        if isinstance(request.auth, ApiToken) and request.method not in SAFE_METHODS:
            self.message = "This token may read, not write."
            return request.auth.may_write
        return True


class TokenThrottle(MinuteThrottle):
    """Limits each token, so that one program run wild leaves the person's others alone."""

    limit = "API_TOKEN_REQUESTS_PER_MINUTE"

    def identity(self, request: Request) -> str | None:
        return f"token:{request.auth.pk}" if isinstance(request.auth, ApiToken) else None


class PersonThrottle(MinuteThrottle):
    """Limits each person, over all their tokens and sessions."""

    limit = "API_PERSON_REQUESTS_PER_MINUTE"

    def identity(self, request: Request) -> str | None:
        return f"person:{request.user.pk}" if request.user.is_authenticated else None


class StillAtWork(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "still_at_work"
    default_detail = "The first request with this Idempotency-Key is still at work. Try again."


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = "This Idempotency-Key was already used with another request."


@dataclass(frozen=True, slots=True)
class Reply:
    """A status, a body of JSON, and whether they were given before."""

    status: int
    body: Any
    repeated: bool = False


def require(allowed: bool) -> None:  # noqa: FBT001 -- it reads as a sentence
    """Refuse what the person may see but not do, before anything is parsed."""
    if not allowed:
        raise exceptions.PermissionDenied(FORBIDDEN)


def answer_once(request: ApiRequest, action: Callable[[], Response]) -> Response:
    """Answer by ``action``; with an Idempotency-Key do it once and repeat the answer."""
    key = request.headers.get(KEY_HEADER)
    if key is None:
        return action()
    if not 0 < len(key) <= LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise exceptions.ValidationError(
            {KEY_HEADER: f"Give 1 to {LONGEST_KEY} printable ASCII characters."}
        )
    reply = once(
        by=request.user,
        key=key,
        fingerprint=_fingerprint(request),
        at=timezone.now(),
        action=lambda: _reply(action()),
    )
    headers = {"Idempotency-Replayed": "true"} if reply.repeated else None
    return Response(reply.body, status=reply.status, headers=headers)


def _reply(response: Response) -> Reply:
    """Take the body as it will be sent, so that the repeated answer is the same."""
    return Reply(response.status_code, json.loads(JSONRenderer().render(response.data)))


def _fingerprint(request: ApiRequest) -> str:
    asked = [request.method, request.get_full_path(), request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def once(
    *, by: Person, key: str, fingerprint: str, at: datetime, action: Callable[[], Reply]
) -> Reply:
    """Run ``action`` and keep its reply, or return the reply that was kept for ``key``.

    The deed and the note of its answer are one transaction, held together with a lock that the
    database drops when the transaction ends in whatever way: a kill leaves both or neither. An
    error of the deed is kept by nobody, so it can be tried again.
    """
    if not _locked(f"{by.pk}:{key}"):
        raise StillAtWork
    kept = KeptReply.objects.visible_to(by).filter(key=key).first()
    if kept is not None and kept.created_at > at - KEPT:
        if kept.fingerprint != fingerprint:
            raise KeyReused
        return Reply(kept.status, kept.body, repeated=True)
    if kept is not None:
        kept.delete()
    reply = action()
    KeptReply.objects.create(
        person=by,
        key=key,
        fingerprint=fingerprint,
        status=reply.status,
        body=reply.body,
        created_at=at,
    )
    _prune(at)
    return reply


def _locked(name: str) -> bool:
    """Return whether this transaction got the lock of that name; do not wait for another."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _prune(at: datetime) -> None:
    """Drop some of the replies that are too old; two requests that prune do not meet."""
    old = KeptReply.objects.select_for_update(skip_locked=True).filter(created_at__lte=at - KEPT)
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:PRUNED_AT_ONCE])
    if ids:
        KeptReply.objects.filter(pk__in=ids).delete()
