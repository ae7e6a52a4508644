"""API tokens: made once, shown once, ended by their owner, an admin, time, or leaving."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q

from org import access, audit
from org.enums import SCOPE_LABELS, TokenScope
from org.models.people import Person
from org.models.tokens import ApiToken
from org.services.guard import locked, refused_as

PREFIX = "smgr_"
SECRET_BYTES = 32
LONGEST = timedelta(days=366)
# What somebody looks at to see whether a token is still in use need not be exact.
USE_NOTED_EVERY = timedelta(minutes=1)
REFUSALS = {
    "token_name_once_a_person": (
        "name",
        "You already have a token of this name. Revoke it, or choose another name.",
    ),
}


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with its secret, which is known now and never again."""

    token: ApiToken
    secret: str


@transaction.atomic
def create_token(
    *, by: Person, name: str, scope: str, expires_at: datetime, at: datetime
) -> NewToken:
    """Make a token for oneself; it may do what the person may, at most."""
    person = locked(by)
    if not access.may_enter(person):
        raise PermissionDenied("Only people with a role here have API tokens.")
    name = name.strip()
    if not name:
        raise ValidationError({"name": "Give the token a name that says where it is used."})
    if not at < expires_at <= at + LONGEST:
        raise ValidationError({"expires_at": "A token lasts a year at most."})
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        person=person,
        name=name,
        scope=scope,
        digest=digest(secret),
        hint=secret[-4:],
        created_at=at,
        expires_at=expires_at,
    )
    token.clean_fields(exclude=["last_used_at", "revoked_at", "revoked_by"])
    with refused_as(REFUSALS):
        token.save(force_insert=True)
    audit.record(
        by,
        "token.create",
        token,
        changes={
            "scope": (None, SCOPE_LABELS[TokenScope(scope)]),
            "expires_at": (None, expires_at),
        },
    )
    return NewToken(token, secret)


@transaction.atomic
def revoke_token(token: ApiToken, *, by: Person, at: datetime) -> ApiToken:
    """End a token for good: one's own, or, for an admin, anybody's. Twice is once."""
    if token.person_id != by.pk and not by.is_admin:
        raise PermissionDenied("You may revoke your own tokens.")
    if ApiToken.objects.filter(pk=token.pk).unrevoked().update(revoked_at=at, revoked_by=by):
        audit.record(by, "token.revoke", token, label=f"{token.name}, of {token.person}")
    token.refresh_from_db()
    return token


def holder(secret: str, *, at: datetime) -> ApiToken | None:
    """Return the token with its person if the secret opens the API at ``at``; note its use."""
    if not secret.startswith(PREFIX):
        return None
    rows = ApiToken.objects.valid_at(at).select_related("person")
    token = rows.filter(digest=digest(secret)).first()
    if token is None:
        return None
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at <= at - USE_NOTED_EVERY:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=at)
    return token


def digest(secret: str) -> str:
    """Return what is kept of a secret. It is 256 random bits, so one fast hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
