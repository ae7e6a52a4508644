"""Setting up what a stage asks for before a deal leaves it. Rows are added and ended."""

from collections.abc import Collection
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from org.services.guard import refused_as
from org.services.set_up import locked_row, require
from pipeline import rules
from pipeline.discipline.models import CriterionVersion, ExitCriterion, RequiredField
from pipeline.enums import ExitField, Status
from pipeline.stages.models import Stage

REFUSALS = {
    "criterion_in_no_circle": (
        "depends_on",
        "This criterion already depends on the one that you edit, so neither could ever be met.",
    ),
    "criterion_says_something": ("statement", "Say what the buyer has done or confirmed."),
    "criterion_reads_one_way": ("__all__", "Somebody else has just changed this criterion."),
}


@transaction.atomic
def add_criterion(
    stage: Stage,
    *,
    by: Person | None,
    statement: str,
    order: int = 10,
    depends_on: ExitCriterion | None = None,
) -> CriterionVersion:
    """Ask for one thing more at the exit of an open stage."""
    subject = _locked(stage, by)
    criterion = ExitCriterion.objects.create(stage=subject)
    made = _read(criterion, by=by, statement=statement, order=order, depends_on=depends_on)
    audit.record(by, "stage.add_criterion", subject, changes={"exit criterion": (None, made)})
    return made


@transaction.atomic
def reword_criterion(
    criterion: ExitCriterion,
    *,
    by: Person | None,
    at: datetime,
    statement: str,
    order: int = 10,
    depends_on: ExitCriterion | None = None,
) -> CriterionVersion:
    """Let a criterion read otherwise from now on; what met it before still meets it."""
    subject = _locked(criterion.stage, by)
    before = criterion.versions.live().first()
    if before is None:
        raise ValidationError("This criterion is no longer asked for.")
    wanted = (" ".join(statement.split()), order, depends_on)
    if (before.statement, before.order, before.depends_on) == wanted:
        return before
    before.end(at)
    made = _read(criterion, by=by, statement=statement, order=order, depends_on=depends_on)
    audit.record(by, "stage.reword_criterion", subject, changes={"exit criterion": (before, made)})
    return made


@transaction.atomic
def end_criterion(criterion: ExitCriterion, *, by: Person | None, at: datetime) -> None:
    """No longer ask for a criterion; what met it stays to be read."""
    subject = _locked(criterion.stage, by)
    for version in criterion.versions.live():
        version.end(at)
        changes = {"exit criterion": (version, None)}
        audit.record(by, "stage.end_criterion", subject, changes=changes)


@transaction.atomic
def require_fields(
    stage: Stage, *, by: Person | None, fields: Collection[str], at: datetime
) -> None:
    """Ask for exactly these fields at the exit of an open stage."""
    subject = _locked(stage, by)
    wanted = {ExitField(field) for field in fields}
    rows = {row.field: row for row in RequiredField.objects.live().filter(stage=subject)}
    for field, row in rows.items():
        if field not in wanted:
            row.end(at)
    new = sorted(wanted - set(rows))
    RequiredField.objects.bulk_create(
        RequiredField(stage=subject, field=field, set_by=by) for field in new
    )
    if wanted != set(rows):
        changes = {"required fields": (", ".join(sorted(rows)), ", ".join(sorted(wanted)))}
        audit.record(by, "stage.require_fields", subject, changes=changes)


def _locked(stage: Stage, by: Person | None) -> Stage:
    """Return the stage, held against others who set it up and against moves out of it."""
    require(rules.can_set_up_stages, by, "Only an admin sets up stages.")
    found = locked_row(stage)
    if found.kind != Status.OPEN:
        raise ValidationError("Deals leave open stages alone, so this one asks for nothing.")
    return found


def _read(
    criterion: ExitCriterion,
    *,
    by: Person | None,
    statement: str,
    order: int,
    depends_on: ExitCriterion | None,
) -> CriterionVersion:
    if depends_on is not None:
        first, then = depends_on.stage, criterion.stage
        if first.pipeline_id != then.pipeline_id or first.order > then.order:
            sentence = "Choose a criterion of this stage or of an earlier one."
            raise ValidationError({"depends_on": sentence})
    made = CriterionVersion(
        criterion=criterion, statement=" ".join(statement.split()), order=order,
        depends_on=depends_on, set_by=by,
    )  # fmt: skip
    made.clean_fields(exclude=["criterion", "depends_on", "set_by", "valid_from"])
    with refused_as(REFUSALS):
        made.save(force_insert=True)
    return made
