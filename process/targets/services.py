"""Set the activity target of a role."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from org import audit
from org.models.calendar import Organisation
from org.models.people import Person
from process.models import ActivityTarget


@transaction.atomic
def set_activity_target(*, by: Person | None, at: datetime, **fields: Any) -> ActivityTarget:
    """Add a version of a target and return it; None as ``count`` withdraws the target.

    One that says what the newest version says adds nothing and returns that one. Raises
    ValidationError naming the field, and PermissionDenied.
    """
    if by is not None and not by.is_admin:
        raise PermissionDenied("Activity targets are set by sales operations.")
    target = ActivityTarget(set_by=by, set_at=at, **fields)
    target.reason = target.reason.strip()
    _check(target)
    # Those who save at once come one after the other: the second is compared with the first.
    list(Organisation.objects.select_for_update(no_key=True))
    before = (
        ActivityTarget.objects.filter(role=target.role, kind=target.kind)
        .order_by("-set_at")
        .first()
    )
    if before is not None:
        if _says(before) == _says(target):
            return before
        target.set_at = max(at, before.set_at + timedelta(microseconds=1))
    target.save(force_insert=True)
    audit.record(
        by,
        "activity_target.set",
        target,
        changes={"target": (before.words if before else None, target.words)},
        reason=target.reason,
    )
    return target


def _check(target: ActivityTarget) -> None:
    target.clean_fields(exclude=["set_by", "set_at"])
    if target.count is not None and not 1 <= target.count <= 10_000:
        raise ValidationError({"count": "Give a number from 1 to 10,000, or none to withdraw it."})
    if not 1980 <= target.starts_on.year <= 2100:
        raise ValidationError({"starts_on": "Give a day between 1980 and 2100."})


def _says(target: ActivityTarget) -> tuple[int | None, str, date]:
    return target.count, target.every, target.starts_on
