"""Setting up the stages that candidates go through."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from hiring import rules
from hiring.models import Application, HiringStage
from hiring.services.edits import must
from org import audit
from org.models.people import Person
from org.services.set_up import require_known, save_row

FIELDS = ("name", "kind", "order")
REFUSALS = {
    "hiring_stage_name_unique": ("name", "Another stage has this name."),
    "hiring_stage_named": ("name", "Give the stage a name."),
    "hiring_stage_kind_stays": ("kind", "Candidates have stood in this stage, so this stays."),
}


def create_stage(*, by: Person, **fields: Any) -> HiringStage:
    """Create a stage from FIELDS."""
    return _save(HiringStage(), by=by, fields=fields)


def edit_stage(stage: HiringStage, *, by: Person, changes: Mapping[str, Any]) -> HiringStage:
    """Change a stage: what it is called, its place, and its kind while nobody has stood in it."""
    return _save(stage, by=by, fields=changes)


@transaction.atomic
def archive_stage(stage: HiringStage, *, by: Person, at: datetime) -> HiringStage:
    """Take a stage out of use; refused while candidates stand in it, and for the last of its kind.

    Archived candidates do not count: restored, they are in the stage where they stood.
    """
    must(rules.can_set_up_stages(by))
    # All of them, in one order: two archivings at once must not take the last two.
    locked = HiringStage.objects.select_for_update(no_key=True).order_by("pk")
    subject = {row.pk: row for row in locked}[stage.pk]
    if subject.archived_at is not None:
        return subject
    if standing := Application.objects.live().filter(stage=subject).count():
        raise ValidationError(
            f"Candidates stand in this stage: {standing:,}. Move them to another one first."
        )
    others = HiringStage.objects.live().filter(kind=subject.kind).exclude(pk=subject.pk)
    if not others.exists():
        raise ValidationError(f"This is the last stage of the kind {subject.kind}, so it stays.")
    subject.archived_at = at
    subject.save(update_fields=["archived_at"])
    audit.record(by, "hiring_stage.archive", subject)
    return subject


@transaction.atomic
def restore_stage(stage: HiringStage, *, by: Person) -> HiringStage:
    must(rules.can_set_up_stages(by))
    subject = HiringStage.objects.select_for_update(no_key=True).get(pk=stage.pk)
    if subject.archived_at is not None:
        subject.archived_at = None
        subject.save(update_fields=["archived_at"])
        audit.record(by, "hiring_stage.restore", subject)
    return subject


@transaction.atomic
def _save(stage: HiringStage, *, by: Person, fields: Mapping[str, Any]) -> HiringStage:
    must(rules.can_set_up_stages(by))
    require_known(fields, allowed=FIELDS)
    subject = stage
    if stage.pk:
        subject = HiringStage.objects.select_for_update(no_key=True).get(pk=stage.pk)
    return save_row(subject, fields, by=by, what="hiring_stage", refusals=REFUSALS)
