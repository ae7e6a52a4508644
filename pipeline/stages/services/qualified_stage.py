"""Setting from which stage the deals of a pipeline count as qualified."""

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from org.services.set_up import require
from pipeline import rules
from pipeline.enums import Status
from pipeline.stages.models import Pipeline, Stage
from pipeline.stages.services.pipelines import lock


@transaction.atomic
def set_qualified_stage(pipeline: Pipeline, *, stage: Stage | None, by: Person | None) -> None:
    """Let deals count as qualified from this stage; None leaves it to the default.

    Raises ValidationError naming "stage" for one that is closed, out of use or elsewhere.
    """
    require(rules.can_set_up_stages, by, "Only an admin sets up pipelines.")
    lock(pipeline.pk)
    rows = list(Stage.objects.select_for_update(no_key=True).of(pipeline.pk).order_by("pk"))
    before = next((row for row in rows if row.is_qualified), None)
    after = next((row for row in rows if stage is not None and row.pk == stage.pk), None)
    if stage is not None and not (after and after.kind == Status.OPEN and not after.archived_at):
        raise ValidationError({"stage": "Choose an open stage of this pipeline that is in use."})
    if before == after:
        return
    Stage.objects.filter(pipeline=pipeline, is_qualified=True).update(is_qualified=False)
    if after is not None:
        Stage.objects.filter(pk=after.pk).update(is_qualified=True)
    changes = {"qualified": (before and before.name, after and after.name)}
    audit.record(by, "pipeline.set_qualified", pipeline, changes=changes)
