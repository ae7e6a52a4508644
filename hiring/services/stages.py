"""Setting up the stages that candidates go through."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from hiring import rules
from hiring.models import Application, HiringStage
from hiring.services.edits import must
from org.models.people import Person
from org.services.set_up import locked_row, require_known, save_row, set_use

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
def _save(stage: HiringStage, *, by: Person, fields: Mapping[str, Any]) -> HiringStage:
    must(rules.can_set_up_stages(by))
    require_known(fields, allowed=FIELDS)
    return save_row(locked_row(stage), fields, by=by, what="hiring_stage", refusals=REFUSALS)
