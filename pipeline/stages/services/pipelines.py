"""Setting up pipelines: create, rename, put in order, choose the default, archive."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from org.services.set_up import locked_row, require, require_known, save_row, set_use
from pipeline import rules
from pipeline.enums import Status
from pipeline.stages.models import Pipeline

FIELDS = ("name", "order")


HOLDS_DEALS = "Open deals stand in this pipeline. Move or close them first."


REFUSALS = {
    "pipeline_name_unique": ("name", "Another pipeline has this name."),
    "pipeline_named": ("name", "Give the pipeline a name."),
    "pipeline_holds_open_deals": ("__all__", HOLDS_DEALS),
}


def create_pipeline(*, by: Person | None, **fields: Any) -> Pipeline:
    """Create a pipeline from FIELDS. Deals enter it once it has an open, a won and a lost stage."""
    return _save(Pipeline(), by=by, fields=fields)


def edit_pipeline(pipeline: Pipeline, *, by: Person | None, changes: Mapping[str, Any]) -> Pipeline:
    """Rename a pipeline or put it in another place."""
    return _save(pipeline, by=by, fields=changes)


@transaction.atomic
def make_default(pipeline: Pipeline, *, by: Person | None) -> Pipeline:
    """Make this the pipeline that is meant where none is named; return it."""
    _require_admin(by)
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
    _require_admin(by)
    return set_use(pipeline, by=by, at=at, what="pipeline", check=_require_empty, refusals=REFUSALS)


def restore_pipeline(pipeline: Pipeline, *, by: Person | None) -> Pipeline:
    """Bring a pipeline back into use; ValidationError if another one has its name by now."""
    _require_admin(by)
    return set_use(pipeline, by=by, at=None, what="pipeline", refusals=REFUSALS)


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


def _save(pipeline: Pipeline, *, by: Person | None, fields: Mapping[str, Any]) -> Pipeline:
    _require_admin(by)
    require_known(fields, allowed=FIELDS)
    with transaction.atomic():
        return save_row(locked_row(pipeline), fields, by=by, what="pipeline", refusals=REFUSALS)


def _require_admin(by: Person | None) -> None:
    require(rules.can_set_up_stages, by, "Only an admin sets up pipelines.")
