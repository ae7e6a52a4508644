"""Conditions on what kind of deal a deal is and how far it came, for DealSelection.

``deal`` leads from a row to its deal: "deal__" from a version, "" from the deal itself.
"""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from pipeline.deals.models import DealLine, DealVersion
from pipeline.enums import Status
from pipeline.stages.models import Stage
from pipeline.stages.reports import QUALIFIED, qualified_onward

# What stands for a source, reason or industry that was not given; no product has this id.
NOT_GIVEN, NO_PRODUCT, NO_COMPETITOR = "-", 0, 0


def about(
    deal: str,
    *,
    source: str,
    lost_reason: str,
    industry: str,
    product: int | None,
    competitor: int | None,
) -> Q:
    """Return the condition on how a deal ended, as of the row, and on what history does not keep.

    The latter, source, industry and products, is as it is today.
    """
    condition = Q()
    for field, empty, given in (
        (f"{deal}source", Q(**{f"{deal}source": ""}), source),
        ("lost_reason", Q(lost_reason=None), lost_reason),
        ("account__industry", Q(account=None) | Q(account__industry=""), industry),
    ):
        if given:
            condition &= empty if given == NOT_GIVEN else Q(**{field: given})
    if competitor is not None:
        condition &= Q(competitor=competitor or None)
    if product is None:
        return condition
    lines = DealLine.objects.filter(deal=_outer(deal))
    if product == NO_PRODUCT:
        return condition & ~Q(Exists(lines))
    return condition & Q(Exists(lines.filter(product=product)))


def reached_by(stage: int, *, before: datetime, deal: str) -> Q:
    """Return the condition that a deal was in a stage or a later open one, or was won.

    In the stage's pipeline: how far a deal came in another one says nothing of this one.
    QUALIFIED stands for the qualified stage of whichever pipeline.
    """
    if stage == QUALIFIED:
        onward = qualified_onward().order_by().values("pk")
        return Q(status=Status.WON) | Q(Exists(_stood(onward, before=before, deal=deal)))
    order = Stage.objects.filter(pk=stage).values("order")
    own = Stage.objects.filter(pipeline=Subquery(Stage.objects.filter(pk=stage).values("pipeline")))
    onward = own.filter(order__gte=Subquery(order)).order_by().values("pk")
    won = Q(status=Status.WON, stage__in=own.order_by().values("pk"))
    return won | Q(Exists(_stood(onward, before=before, deal=deal)))


def _stood(stages: QuerySet[Any, Any], *, before: datetime, deal: str) -> QuerySet:
    found: QuerySet = DealVersion.objects.filter(
        deal=_outer(deal), valid_from__lt=before, status=Status.OPEN, stage__in=stages
    )
    return found


def _outer(deal: str) -> OuterRef:
    return OuterRef("deal" if deal else "pk")
