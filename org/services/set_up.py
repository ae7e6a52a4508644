"""How the rows that admins set up are written: stages, pipelines, reasons and the like."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.db.models.functions import Now

from org import audit
from org.models.people import Person
from org.services.guard import refused_as

Row = TypeVar("Row", bound=Model)


def require(
    allowed: Callable[[Person], bool],
    by: Person | None,
    refusal: str = "Only an admin may do this.",
) -> None:
    """Raise PermissionDenied unless ``by`` is allowed, or None: the system."""
    if by is not None and not allowed(by):
        raise PermissionDenied(refusal)


def locked_row(row: Row) -> Row:
    """Return the row read afresh, locked until the transaction ends; a new one as it is."""
    if row.pk is None:
        return row
    rows = type(row)._default_manager.select_for_update(no_key=True, of=("self",))  # noqa: SLF001 -- Django's public name for it
    return rows.get(pk=row.pk)


@transaction.atomic
def set_use(
    row: Row,
    *,
    by: Person | None,
    at: datetime | Now | None,
    what: str,
    check: Callable[[Row], None] | None = None,
    refusals: Mapping[str, tuple[str, str]] | None = None,
) -> Row:
    """Take a row out of use as of ``at``, or with None bring it back; log it and return the row.

    A row that is so already is left alone; else ``check`` may refuse. Restored and archived as
    ``what``, as in "stage.archive".
    """
    subject: Any = locked_row(row)
    if (subject.archived_at is None) != (at is None):
        if check is not None:
            check(subject)
        subject.archived_at = at
        with refused_as(refusals or {}):
            subject.save(update_fields=["archived_at"])
        audit.record(by, f"{what}.{'archive' if at else 'restore'}", subject)
    return subject  # type: ignore[no-any-return]


def set_values(row: Row, *, by: Person | None, action: str, **values: Any) -> Row:
    """Set fields of a locked row, save and log them, and return the row."""
    changes = {name: (getattr(row, name), value) for name, value in values.items()}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    audit.record(by, action, row, changes=changes)
    return row


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
