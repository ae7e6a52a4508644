"""The inputs for judging open deals, read in one statement."""

from collections.abc import Callable, Collection
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Count, DateTimeField, Exists, F, Max, OuterRef, Subquery, When
from django.db.models.functions import Coalesce, JSONObject

from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import DECISION_MAKERS, OpenDeal, fall
from analytics.risk.metrics.slips import date_moves
from analytics.risk.reports.rules import RiskInputs
from kit.money import cents
from pipeline.activities.models import Activity
from pipeline.deals.models.deals import DealVersion
from pipeline.deals.models.people import DealContact
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.enums import TOUCHES, Status

DayOf = Callable[[datetime], date]


def judged_deals(
    rows: DealVersionQuerySet,
    *,
    moment: datetime,
    day_of: DayOf,
    inputs: RiskInputs,
    gone: Collection[int],
) -> list[OpenDeal]:
    """Return versions that hold at ``moment`` as they are judged, in their order.

    ``day_of`` says on which of the organisation's days a moment lies; ``gone`` are the people
    who have left.
    """
    found = with_facts(rows, moment=moment, inputs=inputs).select_related("stage")
    return [judged(row, day_of(moment), day_of, inputs, gone) for row in found]


def with_facts(
    rows: DealVersionQuerySet, *, moment: datetime, inputs: RiskInputs
) -> DealVersionQuerySet:
    """Add to versions that hold at ``moment`` what their history and activities tell."""
    described: DealVersionQuerySet = rows.annotate(
        created=F("deal__created_at"), **facts(moment=moment, inputs=inputs)
    )
    return described


def facts(*, moment: datetime, inputs: RiskInputs) -> dict[str, Any]:
    """Return what a version's history and activities tell of it, as expressions by name."""
    earlier = DealVersion.objects.filter(deal=OuterRef("deal"), valid_from__lte=moment).order_by()
    others = (
        earlier.filter(valid_to__lte=OuterRef("valid_from"))
        .exclude(stage=OuterRef("stage"))
        .values("deal")
        .annotate(last=Max("valid_to"))
        .values("last")
    )
    touches = Activity.objects.known_at(moment).filter(deal=OuterRef("deal"), kind__in=TOUCHES)
    people = touches.order_by().values("deal").annotate(n=Count("contact", distinct=True))
    recently = moment - timedelta(days=inputs.rules[Signal.WENT_BACK].limit or 0)
    # Of the same pipeline: the places of two say nothing of each other.
    further = earlier.filter(
        status=Status.OPEN,
        valid_to__gt=recently,
        stage__pipeline=OuterRef("stage__pipeline"),
        stage__order__gt=OuterRef("stage__order"),
    )
    tops = earlier.filter(status=Status.OPEN, amount__isnull=False).values("currency")
    top = JSONObject(currency="currency", amount=Max("amount"))
    return {
        # The deal's own time, unless it has changed stage since the moment that is looked at.
        "entered": Case(
            When(deal__stage_entered_at__lte=moment, then=F("deal__stage_entered_at")),
            default=Coalesce(Subquery(others), F("deal__created_at")),
            output_field=DateTimeField(),
        ),
        "touched": Subquery(touches.order_by("-occurred_at").values("occurred_at")[:1]),
        "people": Coalesce(Subquery(people.values("n")), 0),
        "closes": ArraySubquery(earlier.order_by("valid_from").values("expected_close_on")),
        "tops": ArraySubquery(tops.annotate(row=top).values("row")),
        "met_decision_maker": _met_decision_maker(moment),
        "back_from": Subquery(further.order_by("-stage__order").values("stage__name")[:1]),
    }


def _met_decision_maker(moment: datetime) -> Exists:
    exchanges = Activity.objects.exchanged().known_at(moment)
    deciding = DealContact.objects.as_of(moment).filter(
        deal=OuterRef("deal"), role__in=DECISION_MAKERS
    )
    met = exchanges.filter(deal=OuterRef("deal"), contact=OuterRef("contact"))
    return Exists(deciding.filter(Exists(met)))


def judged(
    row: Any, day: date, day_of: DayOf, inputs: RiskInputs, gone: Collection[int]
) -> OpenDeal:
    """Return a version that has its facts as it is judged on ``day``."""
    base = row.amount_base
    return OpenDeal(
        deal=row.deal_id,
        name=row.name,
        owner=row.owner_id,
        cents=None if base is None else cents(base),
        close_on=row.expected_close_on,
        category=row.category,
        stage=row.stage.name,
        stage_days=(day - day_of(row.entered)).days,
        next_step=row.next_step,
        next_step_on=row.next_step_on,
        quiet_days=(day - day_of(row.touched or row.created)).days,
        touched=row.touched is not None,
        norm=inputs.norm(row.stage_id),
        owner_left=row.owner_id in gone,
        wait_until=row.wait_until,
        moves=date_moves(row.closes, period_of=lambda close: close),
        fell=fall(
            {top["currency"]: cents(Decimal(str(top["amount"]))) for top in row.tops},
            now=None if row.amount is None else cents(row.amount),
            currency=row.currency,
        ),
        back_from=row.back_from or "",
        people=row.people,
        age=(day - day_of(row.created)).days,
        met_decision_maker=row.met_decision_maker,
    )
