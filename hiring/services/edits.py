"""What hiring's services share: who may, and how a row that others edit too is changed."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from hiring.models import Candidate, Requisition


class EditConflictError(Exception):
    """Somebody changed the row since its author looked at it; ``current`` is how it stands now."""

    def __init__(self, current: Candidate | Requisition) -> None:
        super().__init__(f"the row is at version {current.version} by now")
        self.current = current


def must(allowed: bool) -> None:  # noqa: FBT001 -- reads as a sentence: must(can_open(...))
    if not allowed:
        raise PermissionDenied


def applied(
    subject: Candidate | Requisition,
    wanted: Mapping[str, Any],
    *,
    version: int,
    editable: Collection[str],
) -> dict[str, tuple[Any, Any]]:
    """Set wanted values on a locked row and return what differs, as (before, after) by field.

    Raises EditConflictError, with the row as it was, unless it still has the version that the
    author saw or already holds all they want.
    """
    if unknown := sorted(set(wanted) - set(editable)):
        raise ValidationError(dict.fromkeys(unknown, "This field cannot be edited."))
    plain = {
        name: value.strip() if isinstance(value, str) else value for name, value in wanted.items()
    }
    changed = {
        name: (getattr(subject, name), value)
        for name, value in plain.items()
        if getattr(subject, name) != value
    }
    if not changed:
        return {}
    if subject.version != version:
        raise EditConflictError(subject)
    for name, (_, value) in changed.items():
        setattr(subject, name, value)
    subject.version += 1
    return changed
