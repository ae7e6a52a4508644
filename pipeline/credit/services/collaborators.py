"""Colleagues who help with a deal: letting them in, and ending it."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from org import access, audit
from org.models.people import Person
from pipeline.deals.models.deals import Deal
from pipeline.deals.models.people import DealCollaborator
from pipeline.deals.services.checks import locked_to_edit
from pipeline.deals.services.contacts import end_part


@transaction.atomic
def add_collaborator(
    deal: Deal, *, by: Person | None, person: Person, role: str, at: datetime
) -> DealCollaborator:
    """Let a colleague see the deal and log what they do for it, from ``at`` on.

    Whoever helps already, in whatever role, goes on in the given one. Raises ValidationError and
    PermissionDenied.
    """
    subject = locked_to_edit(deal, by=by)
    if not (person.is_active and access.sells(person)):
        raise ValidationError({"person": f"{person} does not sell here."})
    if person.pk == subject.owner_id:
        raise ValidationError({"person": f"{person} owns the deal."})
    standing = DealCollaborator.objects.standing().filter(deal=subject, person=person)
    before = standing.select_related("person").first()
    if before is not None and before.role == role:
        return before
    row = DealCollaborator(deal=subject, person=person, role=role, added_at=at, added_by=by)
    row.clean_fields(exclude=["deal", "person", "added_by"])
    if before is not None:
        end_part(before, at=at)
    row.save(force_insert=True)
    audit.record(by, "deal.add_collaborator", subject, changes={"collaborator": (before, row)})
    return row


@transaction.atomic
def remove_collaborator(
    row: DealCollaborator, *, by: Person | None, at: datetime
) -> DealCollaborator:
    """End a colleague's help as of ``at``: they see the deal no more. Twice is once."""
    subject = locked_to_edit(row.deal, by=by)
    found = DealCollaborator.objects.select_related("person").get(pk=row.pk)
    if found.ended_at is None:
        end_part(found, at=at)
        changes = {"collaborator": (found, None)}
        audit.record(by, "deal.remove_collaborator", subject, changes=changes)
    return found
