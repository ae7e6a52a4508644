"""The deeds of hiring. The audit log names candidates by number, never by name."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from hiring import rules
from hiring.enums import RequisitionState, StageKind
from hiring.models import ERASED, Application, Candidate, HiringStage, Requisition
from org import audit, private
from org.models.people import Person
from org.models.teams import Team


class StageConflictError(Exception):
    """Somebody else moved the application since it was read."""

    def __init__(self, application: Application) -> None:
        super().__init__("the application was moved by somebody else")
        self.application = application


class RequisitionConflictError(Exception):
    """Somebody else changed the requisition's state since it was read."""

    def __init__(self, requisition: Requisition) -> None:
        super().__init__("the requisition was changed by somebody else")
        self.requisition = requisition


def _must(allowed: bool) -> None:  # noqa: FBT001 -- reads as a sentence: _must(can_open(...))
    if not allowed:
        raise PermissionDenied


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
    _must(rules.can_open(by))
    if not title.strip():
        raise ValidationError({"title": "Say what the place is called."})
    if not rules.can_name_manager(by, hiring_manager):
        raise ValidationError({"hiring_manager": "Choose yourself or a manager below you."})
    if not 1 <= heads <= 500:
        raise ValidationError({"heads": "A requisition is for 1 to 500 people."})
    if start_on and start_on < opened_on:
        raise ValidationError({"start_on": "The start lies before the opening."})
    requisition = Requisition.objects.create(
        title=title.strip(),
        team=team,
        hiring_manager=hiring_manager,
        recruiter=by if by.is_recruiter else None,
        heads=heads,
        opened_on=opened_on,
        start_on=start_on,
        reason=reason,
    )
    requisition.interviewers.set(interviewers)
    audit.record(by, "requisition.open", requisition)
    return requisition


@transaction.atomic
def change_requisition(
    requisition: Requisition, *, by: Person, state: RequisitionState, reason: str, version: int
) -> Requisition:
    """Hold, fill, close or reopen a requisition, with the reason in the audit log.

    Raises RequisitionConflictError if its state was changed since ``version``.
    """
    _must(rules.can_change(by, requisition))
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
    _must(by.is_recruiter)
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
    _must(rules.can_hand_over(by, subject))
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
    _must(rules.can_change(by, requisition))
    before = sorted(requisition.interviewers.values_list("full_name", flat=True))
    requisition.interviewers.set(interviewers)
    after = sorted(requisition.interviewers.values_list("full_name", flat=True))
    if before != after:
        changes = {"interviewers": (before, after)}
        audit.record(by, "requisition.interviewers", requisition, changes=changes)
    return requisition


@transaction.atomic
def add_candidate(
    requisition: Requisition,
    *,
    by: Person,
    full_name: str,
    submission: UUID,
    at: datetime,
    email: str = "",
    phone: str = "",
    source: str = "",
    notes: str = "",
) -> Application:
    """Add a candidate to the first stage. The same submission twice is one candidate."""
    _must(rules.can_handle_candidates(by, requisition))
    if found := Application.objects.filter(submission=submission).first():
        return found
    if requisition.state != RequisitionState.OPEN:
        raise ValidationError("The requisition is not open, so nobody can be added to it.")
    if not full_name.strip():
        raise ValidationError({"full_name": "Give the candidate's name."})
    try:
        with private.reading_as(by):
            candidate = Candidate.objects.create(
                full_name=full_name.strip(), email=email, phone=phone, source=source, notes=notes
            )
            application = Application.objects.create(
                candidate=candidate,
                requisition=requisition,
                stage=HiringStage.objects.filter(kind=StageKind.OPEN).earliest("order"),
                changed_by=by,
                applied_at=at,
                submission=submission,
            )
    except IntegrityError:
        return Application.objects.get(submission=submission)
    audit.record(by, "candidate.add", candidate, label=_label(candidate))
    return application


@transaction.atomic
def move_application(
    application: Application, *, by: Person, to: HiringStage, version: int
) -> Application:
    """Move an application to a stage; StageConflictError if it moved since ``version``."""
    _must(rules.can_handle_candidates(by, application.requisition))
    moved = Application.objects.filter(pk=application.pk, version=version).update(
        stage=to, changed_by=by, version=F("version") + 1
    )
    before = application.stage
    application.refresh_from_db()
    if not moved:
        raise StageConflictError(application)
    with private.reading_as(by):
        candidate = application.candidate
    changes = {"stage": (before, to)}
    audit.record(by, "application.move", candidate, changes=changes, label=_label(candidate))
    return application


@transaction.atomic
def erase_candidate(candidate: Candidate, *, by: Person, at: datetime) -> Candidate:
    """Erase for good everything that tells who the candidate is; counts of stages stay."""
    applications = candidate.applications.select_related("requisition")
    _must(all(rules.can_handle_candidates(by, one.requisition) for one in applications))
    candidate.full_name = ERASED
    candidate.email = candidate.phone = candidate.source = candidate.notes = ""
    candidate.erased_at = at
    with private.reading_as(by):
        candidate.save()
    audit.record(by, "candidate.erase", candidate, label=_label(candidate))
    return candidate


def _label(candidate: Candidate) -> str:
    return f"Candidate {candidate.pk}"


def _locked(requisition: Requisition) -> Requisition:
    """Return the requisition read afresh with its people, locked until the transaction ends."""
    rows = Requisition.objects.select_related("recruiter", "hiring_manager", "team")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=requisition.pk)
