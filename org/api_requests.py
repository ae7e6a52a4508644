"""Shared by the API endpoints of every app: sign-in, permission, throttling, repeated requests."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from kit.api.errors import FORBIDDEN
from kit.api.throttles import MinuteThrottle
from org import access
from org.models.people import Person
from org.models.tokens import ApiToken
from org.services import replies, tokens

SCHEME = b"bearer"
KEY_HEADER = "Idempotency-Key"
LONGEST_KEY = 255


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

    def identity(self, request: Request) -> str | None:
        return f"token:{request.auth.pk}" if isinstance(request.auth, ApiToken) else None

    def limit(self) -> int:
        return int(settings.API_TOKEN_REQUESTS_PER_MINUTE)


class PersonThrottle(MinuteThrottle):
    """Limits each person, over all their tokens and sessions."""

    def identity(self, request: Request) -> str | None:
        return f"person:{request.user.pk}" if request.user.is_authenticated else None

    def limit(self) -> int:
        return int(settings.API_PERSON_REQUESTS_PER_MINUTE)


class StillAtWork(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_code = "still_at_work"
    default_detail = "The first request with this Idempotency-Key is still at work. Try again."


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "key_reused"
    default_detail = "This Idempotency-Key was already used with another request."


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
    try:
        reply = replies.once(
            by=request.user,
            key=key,
            fingerprint=_fingerprint(request),
            at=timezone.now(),
            action=lambda: _reply(action()),
        )
    except replies.StillAtWorkError as error:
        raise StillAtWork from error
    except replies.KeyReusedError as error:
        raise KeyReused from error
    headers = {"Idempotency-Replayed": "true"} if reply.repeated else None
    return Response(reply.body, status=reply.status, headers=headers)


def _reply(response: Response) -> replies.Reply:
    """Take the body as it will be sent, so that the repeated answer is the same."""
    return replies.Reply(response.status_code, json.loads(JSONRenderer().render(response.data)))


def _fingerprint(request: ApiRequest) -> str:
    asked = [request.method, request.get_full_path(), request.data]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
