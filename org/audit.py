"""How every service writes to the audit log, in the transaction of the deed itself."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from kit.fields import model_label
from org.models.audit import AuditEntry
from org.models.people import Person


def record(
    actor: Person | None,
    action: str,
    subject: models.Model,
    *,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    reason: str = "",
    label: str = "",
) -> AuditEntry:
    """Log that ``actor`` (None: the system) did ``action``, such as "deal.move", to ``subject``.

    ``changes`` maps a field to (before, after). Private notes and candidates pass a ``label``
    that says nothing of their content.
    """
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        subject_type=model_label(subject),
        subject_id=subject.pk,
        subject_label=(label or str(subject))[:300],
        changes={
            field: [_plain(before), _plain(after)]
            for field, (before, after) in (changes or {}).items()
        },
        reason=reason[:1000],
    )


def _plain(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
