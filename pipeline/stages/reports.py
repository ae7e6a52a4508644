"""The stage from which deals count as qualified, and names of loss reasons."""

from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pipeline.enums import Status
from pipeline.stages.models import LossReason, Stage

# Stands for the qualified stage of whichever pipeline a deal is in, where a stage is named by id.
QUALIFIED = 0


@dataclass(frozen=True, slots=True)
class QualifiedFrom:
    """The stage from which the deals of a pipeline count as qualified, and who said so."""

    stage: int
    name: str
    pipeline: int
    pipeline_name: str
    is_set: bool


def qualified_onward() -> QuerySet[Stage]:
    """Return the open stages of each pipeline from the qualified one on.

    Where none is set, it is the second open stage in use, or the only one.
    """
    own: QuerySet[Stage] = Stage.objects.filter(pipeline=OuterRef("pipeline"), kind=Status.OPEN)
    orders = own.order_by("order", "pk").values("order")
    in_use = orders.filter(archived_at__isnull=True)
    start = Coalesce(
        Subquery(orders.filter(is_qualified=True)[:1]),
        Subquery(in_use[1:2]),
        Subquery(in_use[:1]),
        Subquery(orders[:1]),
    )
    found: QuerySet[Stage] = Stage.objects.filter(kind=Status.OPEN).alias(qualified_order=start)
    return found.filter(order__gte=F("qualified_order"))


def qualified_from(pipeline: int | None = None) -> list[QualifiedFrom]:
    """Return the qualified stage of each pipeline in use, or of the one asked for."""
    place = ("pipeline__order", "pipeline_id")
    first = qualified_onward().filter(pipeline__archived_at__isnull=True)
    if pipeline is not None:
        first = qualified_onward().filter(pipeline=pipeline)
    rows = first.order_by(*place, "-is_qualified", "order", "pk").distinct(*place)
    return [
        QualifiedFrom(row.pk, row.name, row.pipeline_id, row.pipeline.name, row.is_qualified)
        for row in rows.select_related("pipeline")
    ]


def loss_names() -> dict[str, str]:
    """Return the name of each reason by its code, those out of use too, in their order."""
    return dict(LossReason.objects.values_list("code", "name"))
