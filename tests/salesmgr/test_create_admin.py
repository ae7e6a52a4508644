import io
import sys

import pytest
from django.core.management import CommandError, call_command

from org.models.audit import AuditEntry
from org.models.people import Person

pytestmark = pytest.mark.django_db


def create(email: str, password: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{password}\n"))
    said = io.StringIO()
    call_command("create_admin", email, "--name", "Ada Admin", stdout=said)
    return said.getvalue()


def test_first_admin_can_sign_in_and_is_in_the_audit_log(monkeypatch: pytest.MonkeyPatch) -> None:
    said = create("ada@tidewater.example", "sails-and-anchors", monkeypatch)

    ada = Person.objects.get(email="ada@tidewater.example")
    assert "can sign in" in said
    assert ada.is_admin
    assert ada.is_staff
    assert ada.check_password("sails-and-anchors")
    assert AuditEntry.objects.filter(action="person.create", subject_id=ada.pk).exists()


@pytest.mark.parametrize(
    ("email", "password", "words"),
    [
        ("ada@tidewater.example", "short", "too short"),
        ("no address", "sails-and-anchors", "valid email"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nobody_added(
    monkeypatch: pytest.MonkeyPatch, email: str, password: str, words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        create(email, password, monkeypatch)

    assert not Person.objects.exists()
