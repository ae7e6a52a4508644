"""The deeds about candidates. The audit log names them by number, never by name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from hiring import rules
from hiring.enums import RequisitionState, StageKind
from hiring.models import ERASED, Application, Candidate, HiringStage, Requisition
from hiring.services.edits import applied, must
from org import audit, private
from org.models.people import Person
from org.services.guard import refused_as

EDITABLE = ("full_name", "email", "phone", "source", "notes")
# How the audit log says what was edited: which fields, and not a word of what stands in them.
LABELS = {"full_name": "name", "email": "e-mail", "source": "where from"}
REFUSALS = {
    "application_stage_in_use": ("to", "This stage is out of use by now. Choose another."),
}


class StageConflictError(Exception):
    """Somebody else moved the application since it was read."""

    def __init__(self, application: Application) -> None:
        super().__init__("the application was moved by somebody else")
        self.application = application


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
    must(rules.can_handle_candidates(by, requisition))
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
                stage=HiringStage.objects.live().filter(kind=StageKind.OPEN).earliest("order"),
                changed_by=by,
                applied_at=at,
                submission=submission,
            )
    except IntegrityError:
        # The other click of a double click may have come through in between.
        if found := Application.objects.filter(submission=submission).first():
            return found
        raise
    audit.record(by, "candidate.add", candidate, label=_label(candidate))
    return application


def edit_candidate(
    candidate: Candidate, *, by: Person, version: int, changes: Mapping[str, Any]
) -> Candidate:
    """Correct fields of EDITABLE; EditConflictError if somebody changed them since ``version``."""
    with private.reading_as(by):
        subject = _locked(candidate, by=by)
        if subject.archived_at is not None:
            raise ValidationError("This candidate is archived. Restore them first.")
        changed = applied(subject, changes, version=version, editable=EDITABLE)
        if not subject.full_name.strip():
            raise ValidationError({"full_name": "Give the candidate's name."})
        if changed:
            subject.save(update_fields=[*changed, "version"])
            said = ", ".join(LABELS.get(name, name) for name in changed)
            _record(by, "candidate.edit", subject, reason=f"Changed: {said}")
        return subject


def archive_candidate(candidate: Candidate, *, by: Person, at: datetime) -> Candidate:
    """Take a candidate out of every count and list of names, until they are restored."""
    return _set_archived(candidate, by=by, at=at, action="candidate.archive")


def restore_candidate(candidate: Candidate, *, by: Person) -> Candidate:
    """Bring an archived candidate back into the stage where they stood."""
    return _set_archived(candidate, by=by, at=None, action="candidate.restore")


@transaction.atomic
def move_application(
    application: Application, *, by: Person, to: HiringStage, version: int
) -> Application:
    """Move an application to a stage; StageConflictError if it moved since ``version``."""
    must(rules.can_handle_candidates(by, application.requisition))
    if application.archived_at is not None:
        raise ValidationError("The candidate is archived. Restore them first.")
    if to.archived_at is not None:
        raise ValidationError({"to": f"The stage {to} is out of use. Choose another."})
    with refused_as(REFUSALS):
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


def erase_candidate(candidate: Candidate, *, by: Person, at: datetime) -> Candidate:
    """Erase for good everything that tells who the candidate is; counts of stages stay."""
    with private.reading_as(by):
        subject = _locked(candidate, by=by, erased=True)
        if subject.erased_at is None:
            subject.full_name = ERASED
            subject.email = subject.phone = subject.source = subject.notes = ""
            subject.erased_at = at
            # So that a form opened before brings nothing of it back.
            subject.version += 1
            subject.save(update_fields=[*EDITABLE, "erased_at", "version"])
            _record(by, "candidate.erase", subject)
        return subject


def _set_archived(
    candidate: Candidate, *, by: Person, at: datetime | None, action: str
) -> Candidate:
    with private.reading_as(by):
        subject = _locked(candidate, by=by, erased=True)
        if (subject.archived_at is None) != (at is None):
            subject.archived_at = at
            subject.version += 1
            subject.save(update_fields=["archived_at", "version"])
            _record(by, action, subject)
        return subject


def _locked(candidate: Candidate, *, by: Person, erased: bool = False) -> Candidate:
    """Return a candidate of the keeper's read afresh, locked; ``erased`` ones where they will do.

    Call inside ``private.reading_as``.
    """
    subject = Candidate.objects.select_for_update(no_key=True).filter(pk=candidate.pk).first()
    if subject is None or not rules.can_keep_candidate(by, subject):
        raise PermissionDenied
    if subject.erased_at is not None and not erased:
        raise ValidationError("This candidate's data is erased.")
    return subject


def _record(by: Person, action: str, candidate: Candidate, *, reason: str = "") -> None:
    audit.record(by, action, candidate, reason=reason, label=_label(candidate))


def _label(candidate: Candidate) -> str:
    return f"Candidate {candidate.pk}"
