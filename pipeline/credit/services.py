"""Splitting the credit for a deal, and letting colleagues help with it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from org import access, audit
from org.models.people import Person
from org.services.guard import refused_as
from pipeline import rules
from pipeline.credit.metrics import WHOLE, in_words, plain
from pipeline.credit.models import CreditShare, CreditSplit
from pipeline.deals.models import Deal, DealCollaborator
from pipeline.deals.services import end_part, locked_to_edit
from pipeline.enums import CreditKind


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


INSTANT = timedelta(microseconds=1)
REFUSALS = {
    "credit_split_set_by_now": ("__all__", "A credit split cannot begin in the future."),
    "credit_split_set_once": ("__all__", "Somebody else split the credit at the same moment."),
}


@dataclass(frozen=True, slots=True)
class Share:
    """The percent of a deal that is to count for a person."""

    person: Person
    kind: str
    percent: Decimal


# Around the transaction: the sums are checked as it ends.
@refused_as(REFUSALS)
@transaction.atomic
def split_credit(
    deal: Deal,
    *,
    by: Person | None,
    shares: list[Share],
    reason: str,
    at: datetime,
    seen: int | None = None,
) -> CreditSplit:
    """Split the credit for a deal from ``at`` on; what was in force until then stays on record.

    Revenue shares make 100 %, or there are none: then it is all the owner's at the closing.
    ``seen`` is the id of the split that the author looked at, None for none; where another is in
    force by now, nothing is written. Raises ValidationError and PermissionDenied.
    """
    reason = reason.strip()
    subject = locked_to_edit(deal, by=by)
    if by is not None and not rules.can_split_credit(by, subject):
        raise PermissionDenied("Once a deal is closed, a manager or admin parts its credit.")
    before = CreditSplit.objects.filter(deal=subject).prefetch_related("shares__person").first()
    if before is not None and _worded(before) == _words(shares):
        return before
    if (before.pk if before else None) != seen:
        raise ValidationError(
            "Somebody else changed the credit split meanwhile: look at it again first."
        )
    known: set[int | None] = {share.person_id for share in before.shares.all()} if before else set()
    known |= {subject.owner_id, subject.credited_to_id}
    errors = {
        "shares": [*_faults(shares, known=known)],
        "reason": [] if reason else ["Give the reason for this split."],
    }
    if any(errors.values()):
        raise ValidationError({name: texts for name, texts in errors.items() if texts})
    moment = max(at, before.set_at + INSTANT) if before else at
    split = CreditSplit(deal=subject, set_at=moment, set_by=by, reason=reason)
    split.clean_fields(exclude=["deal", "set_by"])
    split.save(force_insert=True)
    CreditShare.objects.bulk_create(
        CreditShare(split=split, person=share.person, kind=share.kind, percent=share.percent)
        for share in shares
    )
    changes = {"credit": (_worded(before) if before else None, _words(shares))}
    audit.record(by, "deal.split_credit", subject, changes=changes, reason=reason)
    return split


def _faults(shares: list[Share], *, known: set[int | None]) -> Iterator[str]:
    for share in shares:
        if not 0 < share.percent <= WHOLE:
            yield f"{share.person}: a share is above 0 and at most 100 %."
        if share.percent != round(share.percent, 2):
            yield f"{share.person}: a share has two decimals at most."
        sells = share.person.is_active and access.sells(share.person)
        if not sells and share.person.pk not in known:
            yield f"{share.person} does not sell here, so no credit can be theirs."
    named = [(share.person.pk, share.kind) for share in shares]
    for share in shares:
        if named.count((share.person.pk, share.kind)) > 1:
            yield f"{share.person} is named twice: add the shares up."
            break
    revenue = [share.percent for share in shares if share.kind == CreditKind.REVENUE]
    if revenue and sum(revenue) != WHOLE:
        yield f"The revenue shares make {plain(sum(revenue))} %; they must make exactly 100 %."


def _worded(split: CreditSplit) -> str:
    return _words(split.shares.all())


def _words(shares: Iterable[Share | CreditShare]) -> str:
    parts = ((share.person.full_name, share.kind, share.percent) for share in shares)
    return in_words(parts) or "the owner alone"
