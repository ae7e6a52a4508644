"""Setting up which roles of the customer a stage needs."""

from collections.abc import Collection

from django.db import transaction

from org import audit
from org.models.people import Person
from org.services.set_up import locked_row, require
from pipeline import rules
from pipeline.people.models import StagePeople
from pipeline.stages.models import Stage


@transaction.atomic
def set_stage_people(
    stage: Stage, *, by: Person | None, named: Collection[str], engaged: Collection[str]
) -> StagePeople:
    """Say who must be named by a stage, and with whom one must have talked; nobody is a choice."""
    require(rules.can_set_up_stages, by, "Only an admin sets up stages.")
    subject = locked_row(stage)
    before = StagePeople.objects.filter(stage=subject).first()
    row, _ = StagePeople.objects.update_or_create(
        stage=subject, defaults={"named": sorted(named), "engaged": sorted(engaged)}
    )
    wanted = {"named": row.named, "engaged": row.engaged}
    old = {name: getattr(before, name) if before else None for name in wanted}
    if old != wanted:
        changes = {name: (old[name], wanted[name]) for name in wanted}
        audit.record(by, "stage.set_people", subject, changes=changes)
    return row
