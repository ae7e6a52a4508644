"""How the rows that admins set up are written: stages, pipelines, reasons and the like."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Model

from org import audit
from org.models.people import Person
from org.services.guard import refused_as

Row = TypeVar("Row", bound=Model)


def require_known(fields: Mapping[str, Any], *, allowed: Collection[str]) -> None:
    """Raise ValidationError naming each field that may not be set."""
    if unknown := sorted(set(fields) - set(allowed)):
        raise ValidationError(dict.fromkeys(unknown, "This field cannot be set."))


def save_row(
    subject: Row,
    fields: Mapping[str, Any],
    *,
    by: Person | None,
    what: str,
    refusals: Mapping[str, tuple[str, str]],
    unchecked: Collection[str] = (),
) -> Row:
    """Set fields of a new or locked row, save it, log what differs, and return it.

    Texts lose the spaces around them. ``what`` begins the logged action, as in "stage.edit";
    ``refusals`` are the words for the database's constraints (see ``refused_as``) and
    ``unchecked`` the fields that the caller has set soundly. Belongs in the caller's transaction.
    """
    is_new = subject.pk is None
    before = {name: None if is_new else getattr(subject, name) for name in fields}
    for name, value in fields.items():
        setattr(subject, name, value.strip() if isinstance(value, str) else value)
    subject.clean_fields(exclude=set(unchecked))
    with refused_as(refusals):
        subject.save()
    changes = {
        name: (old, getattr(subject, name))
        for name, old in before.items()
        if old != getattr(subject, name)
    }
    if changes:
        audit.record(by, f"{what}.{'create' if is_new else 'edit'}", subject, changes=changes)
    return subject
