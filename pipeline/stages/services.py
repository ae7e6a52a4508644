"""Setting up pipelines, their stages, loss reasons and competitors."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from org.services import set_up
from org.services.guard import named_refusals
from pipeline import history, rules
from pipeline.enums import Category, Status
from pipeline.stages.models import Competitor, LossReason, Pipeline, Stage

PIPELINE_FIELDS = ("name", "order")
STAGE_FIELDS = (
    "pipeline", "name", "kind", "order", "probability", "default_category", "expected_days"
)  # fmt: skip
REASON_FIELDS = ("name", "kind", "order")
LONGEST_CODE = 30
HOLDS_DEALS = "Open deals stand in this pipeline. Move or close them first."
COUNTS_AS_QUALIFIED = "Deals count as qualified from this stage. Choose another one for that first."
REFUSALS = {
    "pipeline_name_unique": ("name", "Another pipeline has this name."),
    "pipeline_named": ("name", "Give the pipeline a name."),
    "pipeline_holds_open_deals": ("__all__", HOLDS_DEALS),
    "stage_name_unique": ("name", "Another stage of this pipeline has this name."),
    "stage_pipeline_stays": (
        "pipeline",
        "Deals stood in this stage, so it stays in its pipeline. Make a new one in the other.",
    ),
    "stage_holds_open_deals": ("move_to", "Say where the open deals of this stage go."),
    "stage_qualified_is_open": ("kind", COUNTS_AS_QUALIFIED),
    "stage_one_qualified_a_pipeline": ("pipeline", COUNTS_AS_QUALIFIED),
    "stage_named": ("name", "Give the stage a name."),
    "stage_kind_stays": ("kind", "Deals stand in this stage, so its kind stays."),
    "stage_probability_fits_kind": (
        "probability",
        "A won stage has 100 % and a lost one 0 %; an open one has up to 100 %.",
    ),
    "loss_reason_name_unique": ("name", "Another reason has this name."),
    "loss_reason_named": ("name", "Give the reason a name."),
    "loss_reason_kind": ("kind", "Choose one of the listed kinds."),
    "competitor_name_unique": ("name", "This competitor is on the list already."),
    "competitor_named": ("name", "Give the competitor a name."),
}
# What a closed stage means is not a matter of choice.
FIXED: dict[str, dict[str, Any]] = {
    Status.WON: {"probability": 100, "default_category": Category.CLOSED},
    Status.LOST: {"probability": 0, "default_category": Category.OMITTED},
}


def _require_admin(by: Person | None, what: str) -> None:
    set_up.require(rules.can_set_up_stages, by, f"Only an admin sets up {what}.")


def create_pipeline(*, by: Person | None, **fields: Any) -> Pipeline:
    """Create a pipeline. Deals enter it once it has an open, a won and a lost stage."""
    return edit_pipeline(Pipeline(), by=by, changes=fields)


@transaction.atomic
def edit_pipeline(pipeline: Pipeline, *, by: Person | None, changes: Mapping[str, Any]) -> Pipeline:
    """Rename a pipeline or put it in another place."""
    _require_admin(by, "pipelines")
    set_up.require_known(changes, allowed=PIPELINE_FIELDS)
    subject = set_up.locked_row(pipeline)
    return set_up.save_row(subject, changes, by=by, what="pipeline", refusals=REFUSALS)


@transaction.atomic
def make_default(pipeline: Pipeline, *, by: Person | None) -> Pipeline:
    """Make this the pipeline that is meant where none is named; return it."""
    _require_admin(by, "pipelines")
    rows = Pipeline.objects.select_for_update(no_key=True).order_by("pk")
    found = {row.pk: row for row in rows}
    subject, before = found[pipeline.pk], next(row for row in found.values() if row.is_default)
    if subject.archived_at is not None:
        raise ValidationError("This pipeline is out of use; bring it back first.")
    if subject != before:
        Pipeline.objects.filter(pk=before.pk).update(is_default=False)
        Pipeline.objects.filter(pk=subject.pk).update(is_default=True)
        subject.is_default = True
        audit.record(by, "pipeline.make_default", subject, changes={"default": (before, subject)})
    return subject


def archive_pipeline(pipeline: Pipeline, *, by: Person | None, at: datetime) -> Pipeline:
    """Take a pipeline out of use, its stages with it. Its closed deals keep their stage.

    Refused for the default one, and while open deals stand in it.
    """
    _require_admin(by, "pipelines")
    return set_up.set_use(
        pipeline, by=by, at=at, what="pipeline", check=_require_empty, refusals=REFUSALS
    )


def restore_pipeline(pipeline: Pipeline, *, by: Person | None) -> Pipeline:
    """Bring a pipeline back into use; ValidationError if another one has its name by now."""
    _require_admin(by, "pipelines")
    return set_up.set_use(pipeline, by=by, at=None, what="pipeline", refusals=REFUSALS)


def _require_empty(pipeline: Pipeline) -> None:
    if pipeline.is_default:
        raise ValidationError("This is the default pipeline. Make another one the default first.")
    if found := pipeline.stages.with_open_deals().count():
        raise ValidationError(f"{HOLDS_DEALS} There are {found:,}.")


def lock(pk: int) -> Pipeline:
    """Return the pipeline; until the transaction ends, nobody changes it or lets a deal into it."""
    return Pipeline.objects.select_for_update(no_key=True).get(pk=pk)


def lacking(kinds: set[str]) -> str:
    """Return the kinds of stage that a pipeline with these lacks, in words; "" for none."""
    return ", ".join(f"no {kind} stage" for kind in Status if kind not in kinds)


@transaction.atomic
def set_qualified_stage(pipeline: Pipeline, *, stage: Stage | None, by: Person | None) -> Pipeline:
    """Let deals count as qualified from this stage; None leaves it to the default.

    Raises ValidationError naming "stage" for one that is closed, out of use or elsewhere.
    """
    _require_admin(by, "pipelines")
    lock(pipeline.pk)
    rows = list(Stage.objects.select_for_update(no_key=True).of(pipeline.pk).order_by("pk"))
    before = next((row for row in rows if row.is_qualified), None)
    after = next((row for row in rows if stage is not None and row.pk == stage.pk), None)
    if stage is not None and not (after and after.kind == Status.OPEN and not after.archived_at):
        raise ValidationError({"stage": "Choose an open stage of this pipeline that is in use."})
    if before == after:
        return pipeline
    Stage.objects.filter(pipeline=pipeline, is_qualified=True).update(is_qualified=False)
    if after is not None:
        Stage.objects.filter(pk=after.pk).update(is_qualified=True)
    changes = {"qualified": (before and before.name, after and after.name)}
    audit.record(by, "pipeline.set_qualified", pipeline, changes=changes)
    return pipeline


def create_stage(*, by: Person | None, **fields: Any) -> Stage:
    """Create a stage; probability and category of a closed one follow its kind."""
    return edit_stage(Stage(), by=by, changes=fields)


def edit_stage(stage: Stage, *, by: Person | None, changes: Mapping[str, Any]) -> Stage:
    """Change a stage. Open deals in it take a new probability or category into their history."""
    _require_admin(by, "stages")
    set_up.require_known(changes, allowed=STAGE_FIELDS)
    with history.writing(by=by, source="page", reason=f"The stage {stage} was set up anew"):
        subject = set_up.locked_row(stage)
        kind = changes.get("kind", subject.kind)
        wanted = dict(changes) | FIXED.get(kind, {})
        moves = [name for name in ("kind", "pipeline") if name in wanted]
        if stage.pk and any(wanted[name] != getattr(subject, name) for name in moves):
            _require_not_missed(subject)
        return set_up.save_row(subject, wanted, by=by, what="stage", refusals=REFUSALS)


def archive_stage(
    stage: Stage, *, by: Person | None, at: datetime, move_to: Stage | None = None
) -> Stage:
    """Take a stage out of use and return it.

    Refused while open deals stand in it, unless ``move_to`` names the open stage of the same
    pipeline that takes them, and for the last stage of its kind in the pipeline.
    """
    _require_admin(by, "stages")
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
    _require_admin(by, "stages")
    return set_up.set_use(stage, by=by, at=None, what="stage")


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


@transaction.atomic
def save_loss_reason(
    reason: LossReason | None, *, by: Person | None, fields: Mapping[str, Any]
) -> LossReason:
    """Add a reason, its code made of its name, or change one; deals keep the code."""
    _require_admin(by, "reasons and competitors")
    subject = set_up.locked_row(reason or LossReason())
    if reason is None and (name := str(fields["name"]).strip()):
        subject.code = _free_code(name)
    return set_up.save_row(
        subject, fields, by=by, what="loss_reason", refusals=REFUSALS, unchecked=["code"]
    )


@transaction.atomic
def save_competitor(competitor: Competitor | None, *, by: Person | None, name: str) -> Competitor:
    """Add a competitor, or give one another name."""
    _require_admin(by, "reasons and competitors")
    subject = set_up.locked_row(competitor or Competitor())
    return set_up.save_row(subject, {"name": name}, by=by, what="competitor", refusals=REFUSALS)


@transaction.atomic
def named_competitor(name: str, *, by: Person | None) -> Competitor:
    """Return the competitor of this name, in any case, who is added where there is none.

    Whoever may write deals may name one; an archived one comes back into use.
    """
    set_up.require(rules.can_write, by, "You may look on only.")
    name = " ".join(name.split())
    longest = Competitor._meta.get_field("name").max_length or 0  # noqa: SLF001 -- public name
    if len(name) > longest:
        raise ValidationError({"new_competitor": f"A name has at most {longest} characters."})
    found, is_new = Competitor.objects.get_or_create(name__iexact=name, defaults={"name": name})
    if is_new:
        audit.record(by, "competitor.create", found, changes={"name": (None, name)})
    return set_up.set_use(found, by=by, at=None, what="competitor")


def set_use(
    row: LossReason | Competitor, *, by: Person | None, at: datetime | None
) -> LossReason | Competitor:
    """Take a reason or competitor out of use, or with ``at`` None bring it back."""
    _require_admin(by, "reasons and competitors")
    if isinstance(row, Competitor):
        return set_up.set_use(row, by=by, at=at, what="competitor")
    check = _require_another_reason if at else None
    return set_up.set_use(row, by=by, at=at, what="loss_reason", check=check)


def _free_code(name: str) -> str:
    """Return a code like the name that no reason has yet."""
    plain = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    plain = plain if plain[:1].isalpha() else f"reason_{plain}".rstrip("_")
    taken = set(LossReason.objects.values_list("code", flat=True))
    found, number = plain[:LONGEST_CODE], 2
    while found in taken:
        found, number = f"{plain[: LONGEST_CODE - 4]}_{number}", number + 1
    return found


def _require_another_reason(reason: LossReason) -> None:
    """Without a reason no deal could be lost."""
    if not LossReason.objects.live().exclude(pk=reason.pk).exists():
        raise ValidationError("This is the last reason in use, so it stays.")
