"""The deeds about requisitions."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from hiring import rules
from hiring.enums import RequisitionState
from hiring.models import Requisition
from hiring.services.edits import applied, must
from org import audit
from org.models.people import Person
from org.models.teams import Team

EDITABLE = ("title", "heads", "opened_on", "start_on", "reason")


class RequisitionConflictError(Exception):
    """Somebody else changed the requisition's state since it was read."""

    def __init__(self, requisition: Requisition) -> None:
        super().__init__("the requisition was changed by somebody else")
        self.requisition = requisition


@transaction.atomic
def open_requisition(
    *,
    by: Person,
    title: str,
    team: Team,
    hiring_manager: Person,
    heads: int,
    opened_on: date,
    start_on: date | None = None,
    reason: str = "",
    interviewers: Iterable[Person] = (),
) -> Requisition:
    """Open a requisition; a recruiter who opens one becomes its recruiter."""
    must(rules.can_open(by))
    if not rules.can_name_manager(by, hiring_manager):
        raise ValidationError({"hiring_manager": "Choose yourself or a manager below you."})
    requisition = Requisition(
        title=title.strip(),
        team=team,
        hiring_manager=hiring_manager,
        recruiter=by if by.is_recruiter else None,
        heads=heads,
        opened_on=opened_on,
        start_on=start_on,
        reason=reason,
    )
    _check(requisition)
    requisition.save(force_insert=True)
    requisition.interviewers.set(interviewers)
    audit.record(by, "requisition.open", requisition)
    return requisition


@transaction.atomic
def edit_requisition(
    requisition: Requisition, *, by: Person, version: int, changes: Mapping[str, Any]
) -> Requisition:
    """Correct fields of EDITABLE; EditConflictError if it was changed since ``version``."""
    subject = _locked(requisition)
    must(rules.can_change(by, subject))
    changed = applied(subject, changes, version=version, editable=EDITABLE)
    _check(subject)
    if changed:
        subject.save(update_fields=[*changed, "version"])
        audit.record(by, "requisition.edit", subject, changes=changed)
    return subject


@transaction.atomic
def change_requisition(
    requisition: Requisition, *, by: Person, state: RequisitionState, reason: str, version: int
) -> Requisition:
    """Hold, fill, close or reopen a requisition, with the reason in the audit log.

    Raises RequisitionConflictError if its state was changed since ``version``.
    """
    must(rules.can_change(by, requisition))
    if not reason.strip():
        raise ValidationError({"reason": "Say why."})
    before = requisition.state
    changed = Requisition.objects.filter(pk=requisition.pk, version=version).update(
        state=state, version=F("version") + 1
    )
    requisition.refresh_from_db()
    if not changed:
        raise RequisitionConflictError(requisition)
    changes = {"state": (before, state)}
    audit.record(by, "requisition.state", requisition, changes=changes, reason=reason)
    return requisition


@transaction.atomic
def take_over(requisition: Requisition, *, by: Person) -> Requisition:
    """Let a recruiter take a requisition for which nobody recruits; of two at once, the first.

    Whoever comes second gets the requisition back as it is: somebody else's by now.
    """
    must(by.is_recruiter)
    subject = _locked(requisition)
    if rules.can_take_over(by, subject):
        before, subject.recruiter = subject.recruiter, by
        subject.save(update_fields=["recruiter"])
        audit.record(by, "requisition.take_over", subject, changes={"recruiter": (before, by)})
    return subject


@transaction.atomic
def name_hiring_manager(
    requisition: Requisition, *, by: Person, hiring_manager: Person
) -> Requisition:
    """Give a requisition, and the sight of its candidates, to another hiring manager."""
    subject = _locked(requisition)
    must(rules.can_hand_over(by, subject))
    if not rules.can_hand_over_to(by, subject, hiring_manager):
        raise ValidationError({"hiring_manager": "Choose a manager whom you may name."})
    if subject.hiring_manager_id != hiring_manager.pk:
        before, subject.hiring_manager = subject.hiring_manager, hiring_manager
        subject.save(update_fields=["hiring_manager"])
        changes = {"hiring_manager": (before, hiring_manager)}
        audit.record(by, "requisition.hiring_manager", subject, changes=changes)
    return subject


@transaction.atomic
def name_interviewers(
    requisition: Requisition, *, by: Person, interviewers: Iterable[Person]
) -> Requisition:
    """Set who interviews; they read the requisition's candidates from now on."""
    must(rules.can_change(by, requisition))
    before = sorted(requisition.interviewers.values_list("full_name", flat=True))
    requisition.interviewers.set(interviewers)
    after = sorted(requisition.interviewers.values_list("full_name", flat=True))
    if before != after:
        changes = {"interviewers": (before, after)}
        audit.record(by, "requisition.interviewers", requisition, changes=changes)
    return requisition


def _check(requisition: Requisition) -> None:
    """Refuse what no requisition may say, by field."""
    if not requisition.title.strip():
        raise ValidationError({"title": "Say what the place is called."})
    if not 1 <= requisition.heads <= 500:
        raise ValidationError({"heads": "A requisition is for 1 to 500 people."})
    if requisition.start_on and requisition.start_on < requisition.opened_on:
        raise ValidationError({"start_on": "The start lies before the opening."})


def _locked(requisition: Requisition) -> Requisition:
    """Return the requisition read afresh with its people, locked until the transaction ends."""
    rows = Requisition.objects.select_related("recruiter", "hiring_manager", "team")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=requisition.pk)
