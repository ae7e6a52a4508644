"""Ending what a person is signed in with, and noting how they get in again."""

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Now

from org import audit
from org.models.people import Person
from org.models.tokens import ApiToken
from org.services.guard import require_admin


@transaction.atomic
def sign_out_everywhere(person: Person, *, by: Person | None) -> None:
    """End every session and API token of somebody whose device is lost or shared."""
    require_admin(by)
    end_sign_ins(person)
    audit.record(by, "person.sign_out", person)


@transaction.atomic
def note_password_link(person: Person, *, by: Person | None) -> None:
    """Log that the person was sent a link by which they set a password."""
    require_admin(by)
    audit.record(by, "person.password_link", person)


def end_sign_ins(person: Person) -> None:
    """Delete the person's sessions and revoke their API tokens: every device is out at once."""
    decode = SessionStore().decode
    theirs = [
        row.session_key
        for row in Session.objects.only("session_key", "session_data").iterator()
        if decode(row.session_data).get("_auth_user_id") == str(person.pk)
    ]
    Session.objects.filter(session_key__in=theirs).delete()
    ApiToken.objects.filter(person=person).unrevoked().update(revoked_at=Now())
