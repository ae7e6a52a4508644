"""Setting up the stages of a pipeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError

from org import audit
from org.models.people import Person
from org.services.guard import named_refusals
from org.services.set_up import locked_row, require, require_known, save_row, set_use
from pipeline import history, rules
from pipeline.enums import Category, Status
from pipeline.stages.models import Stage
from pipeline.stages.services.pipelines import lock

FIELDS = ("pipeline", "name", "kind", "order", "probability", "default_category", "expected_days")


REFUSALS = {
    "stage_name_unique": ("name", "Another stage of this pipeline has this name."),
    "stage_pipeline_stays": (
        "pipeline",
        "Deals stood in this stage, so it stays in its pipeline. Make a new one in the other.",
    ),
    "stage_holds_open_deals": ("move_to", "Say where the open deals of this stage go."),
    "stage_qualified_is_open": (
        "kind",
        "Deals count as qualified from this stage. Choose another one for that first.",
    ),
    "stage_one_qualified_a_pipeline": (
        "pipeline",
        "Deals count as qualified from this stage. Choose another one for that first.",
    ),
    "stage_named": ("name", "Give the stage a name."),
    "stage_kind_stays": ("kind", "Deals stand in this stage, so its kind stays."),
    "stage_probability_fits_kind": (
        "probability",
        "A won stage has 100 % and a lost one 0 %; an open one has up to 100 %.",
    ),
}


# What a closed stage means is not a matter of choice.
FIXED: dict[str, dict[str, Any]] = {
    Status.WON: {"probability": 100, "default_category": Category.CLOSED},
    Status.LOST: {"probability": 0, "default_category": Category.OMITTED},
}


def create_stage(*, by: Person | None, **fields: Any) -> Stage:
    """Create a stage from FIELDS; probability and category of a closed one follow its kind."""
    return _save(Stage(), by=by, fields=fields)


def edit_stage(stage: Stage, *, by: Person | None, changes: Mapping[str, Any]) -> Stage:
    """Change a stage. Open deals in it take a new probability or category into their history."""
    return _save(stage, by=by, fields=changes)


def archive_stage(
    stage: Stage, *, by: Person | None, at: datetime, move_to: Stage | None = None
) -> Stage:
    """Take a stage out of use and return it.

    Refused while open deals stand in it, unless ``move_to`` names the open stage of the same
    pipeline that takes them, and for the last stage of its kind in the pipeline.
    """
    _require_admin(by)
    reason = f"The stage {stage} was archived"
    with named_refusals(REFUSALS), history.writing(by=by, source="page", reason=reason):
        # Two archivings at once must not take the last two stages of a kind.
        lock(stage.pipeline_id)
        # In one order for everybody, or two archivings could wait for each other.
        ids = sorted({stage.pk} | ({move_to.pk} if move_to else set()))
        locked = Stage.objects.select_for_update(no_key=True).order_by("pk").in_bulk(ids)
        subject = locked[stage.pk]
        if subject.archived_at is not None:
            return subject
        _require_another(subject)
        moved = _empty(subject, into=locked[move_to.pk] if move_to else None)
        subject.archived_at = at
        subject.save(update_fields=["archived_at"])
        audit.record(
            by, "stage.archive", subject, changes={"deals moved": (moved, move_to)} if moved else {}
        )
    return subject


def restore_stage(stage: Stage, *, by: Person | None) -> Stage:
    _require_admin(by)
    return set_use(stage, by=by, at=None, what="stage")


def _save(stage: Stage, *, by: Person | None, fields: Mapping[str, Any]) -> Stage:
    _require_admin(by)
    require_known(fields, allowed=FIELDS)
    with history.writing(by=by, source="page", reason=f"The stage {stage} was set up anew"):
        subject = locked_row(stage)
        kind = fields.get("kind", subject.kind)
        wanted = dict(fields) | FIXED.get(kind, {})
        moves = [name for name in ("kind", "pipeline") if name in wanted]
        if stage.pk and any(wanted[name] != getattr(subject, name) for name in moves):
            _require_not_missed(subject)
        return save_row(subject, wanted, by=by, what="stage", refusals=REFUSALS)


def _require_admin(by: Person | None) -> None:
    require(rules.can_set_up_stages, by, "Only an admin sets up stages.")


def _require_another(stage: Stage) -> None:
    """Without an open, a won and a lost stage no deal could be made or closed."""
    alike = Stage.objects.filter(
        pipeline=stage.pipeline_id, kind=stage.kind, archived_at__isnull=True
    )
    if not alike.exclude(pk=stage.pk).exists():
        raise ValidationError(f"This is the last stage for {stage.kind} deals, so it stays.")


def _require_not_missed(stage: Stage) -> None:
    """A stage that goes, by its kind or its pipeline, must not leave open deals without a way."""
    if stage.archived_at is None:
        lock(stage.pipeline_id)
        if stage.pipeline.stages.with_open_deals().exists():
            _require_another(stage)


def _empty(stage: Stage, *, into: Stage | None) -> int:
    """Move the open deals of the stage into another."""
    # Archived deals too: one that is restored must not stand in a stage out of use.
    rows: Any = stage.deals.filter(status=Status.OPEN)
    if into is None:
        if found := rows.live().count():
            raise ValidationError(
                {"move_to": f"Say where the open deals of this stage go ({found:,} of them)."}
            )
        return 0
    fits = into.kind == Status.OPEN and into.pipeline_id == stage.pipeline_id
    if into.pk == stage.pk or not fits or into.archived_at is not None:
        raise ValidationError(
            {"move_to": "Choose another open stage of the pipeline that is in use."}
        )
    return int(rows.update(stage=into))
