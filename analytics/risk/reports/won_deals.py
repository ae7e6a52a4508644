"""The won deals of the last two years, read from their history."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q

from analytics.risk.enums import Signal
from analytics.risk.metrics.stage_norms import (
    Learnt,
    Norm,
    StageSpan,
    WonDeal,
    learnt_limits,
    stage_norms,
    won_deal,
)
from kit.money import cents
from pipeline.activities.models import Activity
from pipeline.deals.models.deals import DealVersion
from pipeline.enums import TOUCHES, Status
from pipeline.stages.models import Stage

# Older deals were won in another market.
YEARS_LEARNT_FROM = timedelta(days=731)


def lessons(*, moment: datetime, day: date) -> tuple[dict[int, Norm], dict[Signal, Learnt]]:
    """Return what deals won until a moment of a day teach: norms by open stage, thresholds."""
    deals = list(won_deals(moment=moment, day=day))
    norms = stage_norms(deals)
    open_stages = Stage.objects.filter(kind=Status.OPEN).values_list("pk", flat=True)
    known = {stage: norms.get(stage, Norm()) for stage in open_stages}
    return known, learnt_limits(deals, norms)


def won_deals(*, moment: datetime, day: date) -> Iterator[WonDeal]:
    """Yield what each won deal teaches, in two statements whatever their number.

    A deal's life ends where its last stay among the won ones begins; one imported without any
    time as an open deal teaches nothing.
    """
    won = DealVersion.objects.as_of(moment).won().filter(closed_on__gt=day - YEARS_LEARNT_FROM)
    ids = won.order_by().values("deal")
    versions = DealVersion.objects.filter(deal__in=ids, valid_from__lte=moment)
    touches = _touches(Q(deal__in=ids), moment)
    rows = versions.order_by("deal", "valid_from").values(*VERSION)
    for deal, found in groupby(rows.iterator(chunk_size=5000), key=itemgetter("deal")):
        lived = list(found)
        spans = [_span(row) for row in lived if row["status"] == Status.OPEN]
        if spans:
            at, people = touches(deal)
            yield won_deal(spans, touches=at, people=people, won_at=spans[-1].end)


VERSION = (
    "deal",
    "stage",
    "status",
    "valid_from",
    "valid_to",
    "amount",
    "currency",
    "expected_close_on",
)


def _span(row: dict[str, Any]) -> StageSpan:
    return StageSpan(
        stage=row["stage"],
        start=row["valid_from"],
        end=row["valid_to"],
        close_on=row["expected_close_on"],
        cents=None if row["amount"] is None else cents(row["amount"]),
        currency=row["currency"],
    )


def _touches(which: Q, moment: datetime) -> Callable[[int], tuple[list[datetime], int]]:
    """Return a function of a deal: when the customer was reached, and by how many contacts.

    It is asked for deals in rising order and reads the rows as it goes.
    """
    known = Activity.objects.known_at(moment).filter(which, kind__in=TOUCHES)
    rows = known.order_by("deal", "occurred_at").values_list("deal", "occurred_at", "contact")
    groups = groupby(rows.iterator(chunk_size=5000), key=itemgetter(0))
    ahead: list[tuple[int, list]] = []

    def of(deal: int) -> tuple[list[datetime], int]:
        while not ahead or ahead[0][0] < deal:
            group = next(groups, None)
            ahead[:] = [(group[0], list(group[1]))] if group else [(2**63, [])]
        found = ahead[0][1] if ahead[0][0] == deal else []
        return [row[1] for row in found], len({row[2] for row in found if row[2]})

    return of
