"""Add, change and remove the contacts on a deal."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from pipeline.customers.models import Contact
from pipeline.deals.models.deals import Deal
from pipeline.deals.models.people import DealCollaborator, DealContact
from pipeline.deals.services.checks import locked_to_edit
from pipeline.enums import BUYING_ROLE_LABELS, BuyingRole


@transaction.atomic
def add_contact(
    deal: Deal, *, by: Person | None, contact: Contact, role: str, at: datetime
) -> DealContact:
    """Say that a contact of the deal's account plays a role in it from ``at`` on.

    Where they play it already, return that. Raises ValidationError and PermissionDenied.
    """
    subject = locked_to_edit(deal, by=by)
    if contact.account_id != subject.account_id:
        raise ValidationError({"contact": "Choose a contact of the deal's account."})
    if contact.archived_at is not None:
        raise ValidationError({"contact": "This contact is archived; restore them first."})
    row, is_new = _in_role(subject, contact, role, by=by, at=at)
    if is_new:
        changes = {"contact": (None, row)}
        audit.record(by, "deal.add_contact", subject, changes=changes)
    return row


@transaction.atomic
def change_role(row: DealContact, *, by: Person | None, role: str, at: datetime) -> DealContact:
    """Let a contact play another role from ``at`` on; return the row of it.

    The role until then stays on record. Raises ValidationError and PermissionDenied.
    """
    subject = locked_to_edit(row.deal, by=by)
    found = _reread(row)
    if found.role == role:
        return found
    if found.ended_at is not None:
        raise ValidationError("They were taken off this role meanwhile.")
    end_part(found, at=at)
    now, is_new = _in_role(subject, found.contact, role, by=by, at=at)
    if not is_new:
        label = BUYING_ROLE_LABELS[BuyingRole(role)].lower()
        raise ValidationError({"role": f"{found.contact} is named as {label} already."})
    audit.record(by, "deal.change_contact", subject, changes=_pair(found, now))
    return now


@transaction.atomic
def remove_contact(row: DealContact, *, by: Person | None, at: datetime) -> DealContact:
    """Take a contact off a role as of ``at``; that they had it until then stays on record."""
    subject = locked_to_edit(row.deal, by=by)
    found = _reread(row)
    if found.ended_at is None:
        end_part(found, at=at)
        audit.record(by, "deal.remove_contact", subject, changes=_pair(found, None))
    return found


def _reread(row: DealContact) -> DealContact:
    return DealContact.objects.select_related("contact").get(pk=row.pk)


def _pair(before: DealContact, after: DealContact | None) -> Mapping[str, tuple[Any, Any]]:
    return {"contact": (before, after)}


def end_part(row: DealContact | DealCollaborator, *, at: datetime) -> None:
    """End the part that somebody plays, not before it began."""
    # Two servers' clocks may differ by a little.
    row.ended_at = max(at, row.added_at)
    row.save(update_fields=["ended_at"])


def _in_role(
    deal: Deal, contact: Contact, role: str, *, by: Person | None, at: datetime
) -> tuple[DealContact, bool]:
    """Return the standing row of the contact in the role, and whether it had to be made."""
    row = DealContact(deal=deal, contact=contact, role=role, added_at=at, added_by=by)
    row.clean_fields(exclude=["deal", "contact", "added_by"])
    standing = DealContact.objects.standing().filter(deal=deal, contact=contact, role=role)
    if found := standing.first():
        return found, False
    row.save(force_insert=True)
    return row, True
