"""The deeds of hiring. The audit log names candidates by number, never by name."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from hiring import rules
from hiring.enums import RequisitionState, StageKind
from hiring.models import ERASED, Application, Candidate, HiringStage, Requisition
from org import audit, private
from org.models.people import Person
from org.services.guard import must, refused_as
from org.services.set_up import locked_row, require_known, save_row, set_use, set_values

REQUISITION_FIELDS = ("title", "heads", "opened_on", "start_on", "reason")
CANDIDATE_FIELDS = ("full_name", "email", "phone", "source", "notes")
# How the audit log says what was edited: which fields, and not a word of what stands in them.
LABELS = {"full_name": "name", "email": "e-mail", "source": "where from"}
STAGE_FIELDS = ("name", "kind", "order")
REFUSALS = {
    "application_stage_in_use": ("to", "This stage is out of use by now. Choose another."),
    "hiring_stage_name_unique": ("name", "Another stage has this name."),
    "hiring_stage_named": ("name", "Give the stage a name."),
    "hiring_stage_kind_stays": ("kind", "Candidates have stood in this stage, so this stays."),
}


class EditConflictError(Exception):
    """Somebody changed the row since its author looked at it; ``current`` is how it stands now."""

    def __init__(self, current: Candidate | Requisition | Application) -> None:
        super().__init__(f"the row is at version {current.version} by now")
        self.current = current


@transaction.atomic
def open_requisition(
    *, by: Person, hiring_manager: Person, interviewers: Iterable[Person] = (), **fields: Any
) -> Requisition:
    """Open a requisition from REQUISITION_FIELDS and its team.

    A recruiter who opens one becomes its recruiter.
    """
    must(rules.can_open(by))
    if not rules.can_name_manager(by, hiring_manager):
        raise ValidationError({"hiring_manager": "Choose yourself or a manager below you."})
    recruiter = by if by.is_recruiter else None
    fields["title"] = fields["title"].strip()
    requisition = Requisition(hiring_manager=hiring_manager, recruiter=recruiter, **fields)
    _check_requisition(requisition)
    requisition.save(force_insert=True)
    requisition.interviewers.set(interviewers)
    audit.record(by, "requisition.open", requisition)
    return requisition


@transaction.atomic
def edit_requisition(
    requisition: Requisition, *, by: Person, version: int, changes: Mapping[str, Any]
) -> Requisition:
    """Correct REQUISITION_FIELDS; EditConflictError if it was changed since ``version``."""
    subject = _locked_requisition(requisition)
    must(rules.can_change(by, subject))
    changed = applied(subject, changes, version=version, editable=REQUISITION_FIELDS)
    _check_requisition(subject)
    if changed:
        subject.save(update_fields=[*changed, "version"])
        audit.record(by, "requisition.edit", subject, changes=changed)
    return subject


@transaction.atomic
def change_requisition(
    requisition: Requisition, *, by: Person, state: RequisitionState, reason: str, version: int
) -> Requisition:
    """Hold, fill, close or reopen a requisition, with the reason in the audit log.

    Raises EditConflictError if its state was changed since ``version``.
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
        raise EditConflictError(requisition)
    changes = {"state": (before, state)}
    audit.record(by, "requisition.state", requisition, changes=changes, reason=reason)
    return requisition


@transaction.atomic
def take_over(requisition: Requisition, *, by: Person) -> Requisition:
    """Let a recruiter take a requisition for which nobody recruits; of two at once, the first.

    Whoever comes second gets the requisition back as it is: somebody else's by now.
    """
    must(by.is_recruiter)
    subject = _locked_requisition(requisition)
    if rules.can_take_over(by, subject):
        set_values(subject, by=by, action="requisition.take_over", recruiter=by)
    return subject


@transaction.atomic
def name_hiring_manager(
    requisition: Requisition, *, by: Person, hiring_manager: Person
) -> Requisition:
    """Give a requisition, and the sight of its candidates, to another hiring manager."""
    subject = _locked_requisition(requisition)
    must(rules.can_hand_over(by, subject))
    if not rules.can_hand_over_to(by, subject, hiring_manager):
        raise ValidationError({"hiring_manager": "Choose a manager whom you may name."})
    if subject.hiring_manager_id != hiring_manager.pk:
        action = "requisition.hiring_manager"
        set_values(subject, by=by, action=action, hiring_manager=hiring_manager)
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


def _check_requisition(requisition: Requisition) -> None:
    """Refuse what no requisition may say, by field."""
    if not requisition.title.strip():
        raise ValidationError({"title": "Say what the place is called."})
    if not 1 <= requisition.heads <= 500:
        raise ValidationError({"heads": "A requisition is for 1 to 500 people."})
    if requisition.start_on and requisition.start_on < requisition.opened_on:
        raise ValidationError({"start_on": "The start lies before the opening."})


def _locked_requisition(requisition: Requisition) -> Requisition:
    """Return the requisition read afresh with its people, locked until the transaction ends."""
    rows = Requisition.objects.select_related("recruiter", "hiring_manager", "team")
    return rows.select_for_update(no_key=True, of=("self",)).get(pk=requisition.pk)


@transaction.atomic
def add_candidate(
    requisition: Requisition, *, by: Person, submission: UUID, at: datetime, **fields: Any
) -> Application:
    """Add a candidate to the first stage. The same submission twice is one candidate."""
    must(rules.can_handle_candidates(by, requisition))
    if found := Application.objects.filter(submission=submission).first():
        return found
    if requisition.state != RequisitionState.OPEN:
        raise ValidationError("The requisition is not open, so nobody can be added to it.")
    fields["full_name"] = _name_of(fields["full_name"])
    try:
        with private.reading_as(by):
            candidate = Candidate.objects.create(**fields)
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


def _name_of(full_name: str) -> str:
    if not full_name.strip():
        raise ValidationError({"full_name": "Give the candidate's name."})
    return full_name.strip()


def edit_candidate(
    candidate: Candidate, *, by: Person, version: int, changes: Mapping[str, Any]
) -> Candidate:
    """Correct CANDIDATE_FIELDS; EditConflictError if somebody changed them since ``version``."""
    with private.reading_as(by):
        subject = _locked_candidate(candidate, by=by)
        if subject.archived_at is not None:
            raise ValidationError("This candidate is archived. Restore them first.")
        changed = applied(subject, changes, version=version, editable=CANDIDATE_FIELDS)
        _name_of(subject.full_name)
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
    """Move an application to a stage; EditConflictError if it moved since ``version``."""
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
        raise EditConflictError(application)
    with private.reading_as(by):
        candidate = application.candidate
    changes = {"stage": (before, to)}
    audit.record(by, "application.move", candidate, changes=changes, label=_label(candidate))
    return application


def erase_candidate(candidate: Candidate, *, by: Person, at: datetime) -> Candidate:
    """Erase for good everything that tells who the candidate is; counts of stages stay."""
    with private.reading_as(by):
        subject = _locked_candidate(candidate, by=by, erased=True)
        if subject.erased_at is None:
            subject.full_name = ERASED
            subject.email = subject.phone = subject.source = subject.notes = ""
            subject.erased_at = at
            # So that a form opened before brings nothing of it back.
            subject.version += 1
            subject.save(update_fields=[*CANDIDATE_FIELDS, "erased_at", "version"])
            _record(by, "candidate.erase", subject)
        return subject


def _set_archived(
    candidate: Candidate, *, by: Person, at: datetime | None, action: str
) -> Candidate:
    with private.reading_as(by):
        subject = _locked_candidate(candidate, by=by, erased=True)
        if (subject.archived_at is None) != (at is None):
            subject.archived_at = at
            subject.version += 1
            subject.save(update_fields=["archived_at", "version"])
            _record(by, action, subject)
        return subject


def _locked_candidate(candidate: Candidate, *, by: Person, erased: bool = False) -> Candidate:
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


def create_stage(*, by: Person, **fields: Any) -> HiringStage:
    """Create a stage from STAGE_FIELDS."""
    return _save_stage(HiringStage(), by=by, fields=fields)


def edit_stage(stage: HiringStage, *, by: Person, changes: Mapping[str, Any]) -> HiringStage:
    """Change a stage: what it is called, its place, and its kind while nobody has stood in it."""
    return _save_stage(stage, by=by, fields=changes)


@transaction.atomic
def archive_stage(stage: HiringStage, *, by: Person, at: datetime) -> HiringStage:
    """Take a stage out of use; refused while candidates stand in it, and for the last of its kind.

    Archived candidates do not count: restored, they are in the stage where they stood.
    """
    must(rules.can_set_up_stages(by))
    # All of them, in one order: two archivings at once must not take the last two.
    list(HiringStage.objects.select_for_update(no_key=True).order_by("pk"))
    return set_use(stage, by=by, at=at, what="hiring_stage", check=_require_spare)


def _require_spare(stage: HiringStage) -> None:
    if standing := Application.objects.live().filter(stage=stage).count():
        raise ValidationError(
            f"Candidates stand in this stage: {standing:,}. Move them to another one first."
        )
    others = HiringStage.objects.live().filter(kind=stage.kind).exclude(pk=stage.pk)
    if not others.exists():
        raise ValidationError(f"This is the last stage of the kind {stage.kind}, so it stays.")


def restore_stage(stage: HiringStage, *, by: Person) -> HiringStage:
    must(rules.can_set_up_stages(by))
    return set_use(stage, by=by, at=None, what="hiring_stage")


@transaction.atomic
def _save_stage(stage: HiringStage, *, by: Person, fields: Mapping[str, Any]) -> HiringStage:
    must(rules.can_set_up_stages(by))
    require_known(fields, allowed=STAGE_FIELDS)
    return save_row(locked_row(stage), fields, by=by, what="hiring_stage", refusals=REFUSALS)


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
