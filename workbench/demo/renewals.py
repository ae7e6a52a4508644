"""The demo's second pipeline: what customers bought comes up for renewal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import F

from kit.periods import start_of_day
from pipeline import history
from pipeline.activities.models import Activity
from pipeline.deals.models import Deal, DealVersion
from pipeline.stages.models import Pipeline, Stage
from workbench.demo.deal_rows import NO_TRANSACTION
from workbench.demo.plan import TIME_ZONE, Plan

MOST = 30
# Name, kind, probability, default category, expected days, what comes next there.
STAGES = (
    ("Coming up", "open", 60, "pipeline", 30, "Ask how they use it"),
    ("In talks", "open", 70, "pipeline", 21, "Send the renewal terms"),
    ("Quoted", "open", 80, "best_case", 14, "Call about the quote"),
    ("Verbal yes", "open", 90, "commit", 10, "Get the order signed"),
    ("Renewed", "won", 100, "closed", None, ""),
    ("Not renewed", "lost", 0, "omitted", None, ""),
)
# Days before today on which the deals that came so far entered stages 1, 2, 3, and closed.
ENTERED = (45, 30, 16, 6)
RENEWED, NOT_RENEWED = 4, 5


def add(plan: Plan) -> None:
    """Make the pipeline, and a renewal of the latest purchases of people who still sell."""
    Pipeline.objects.filter(is_default=True).update(name="New business")
    pipeline, _ = Pipeline.objects.get_or_create(name="Renewals", defaults={"order": 20})
    stages = Stage.objects.bulk_create(
        Stage(
            pipeline=pipeline, name=name, kind=kind, order=10 * (place + 1),
            probability=probability, default_category=category, expected_days=days,
        )
        for place, (name, kind, probability, category, days, _) in enumerate(STAGES)
    )  # fmt: skip
    today = start_of_day(plan.today, zone=ZoneInfo(TIME_ZONE))
    deals = _coming_up(plan, stages, today)
    for place, days in enumerate(ENTERED, start=1):
        _move(deals, stages, place, at=today - timedelta(days=days))
    _talk(deals, today)
    with history.writing(by=None, source="task", rewrite=True):
        # As in all that the demo tells: no later change is part of the same transaction.
        DealVersion.objects.filter(deal__in=deals).update(transaction=NO_TRANSACTION)


def _coming_up(plan: Plan, stages: Sequence[Stage], today: datetime) -> list[Deal]:
    bought = Deal.objects.won().filter(
        owner__is_active=True, owner__role_grants__role="rep", account__isnull=False,
        amount_base__gt=0, closed_on__lt=plan.today - timedelta(days=90),
    )  # fmt: skip
    latest = bought.select_related("account").order_by("account_id", "-closed_on", "-pk")
    chosen = list(latest.distinct("account_id")[:MOST])
    return Deal.objects.bulk_create(
        Deal(
            name=f"Renewal of {one.account}",
            account=one.account,
            owner_id=one.owner_id,
            stage=stages[0],
            amount=(one.amount_base * (90 + one.pk % 25) / 100).quantize(Decimal(1)),
            currency="USD",
            expected_close_on=plan.today + timedelta(days=8 + 7 * (number % 10)),
            next_step=STAGES[0][-1],
            next_step_on=plan.today + timedelta(days=number % 6),
            source="Renewal",
            created_at=today - timedelta(days=60 + number % 20),
            created_by_id=one.owner_id,
        )
        for number, one in enumerate(chosen)
    )


def _came_to(number: int) -> int:
    """Return how far the deal of this number came: stages 0 to 3, or one of the two ends."""
    return number % 6


def _move(deals: Sequence[Deal], stages: Sequence[Stage], place: int, *, at: datetime) -> None:
    """Move on those that came so far, or further; to the one end or the other last."""
    for end in (RENEWED, NOT_RENEWED) if place == RENEWED else (place,):
        came = {end} if place == RENEWED else set(range(place, len(STAGES)))
        moved = [deal.pk for number, deal in enumerate(deals) if _came_to(number) in came]
        with history.writing(by=None, source="page", at=at):
            Deal.objects.filter(pk__in=moved).update(
                stage=stages[end],
                next_step=STAGES[end][-1],
                next_step_on=None if place == RENEWED else F("next_step_on"),
                lost_reason="no_budget" if end == NOT_RENEWED else None,
                win_evidence="The signed renewal order." if end == RENEWED else "",
            )


def _talk(deals: Sequence[Deal], today: datetime) -> None:
    made = Activity.objects.bulk_create(
        Activity(
            kind="call",
            subject="Call about the renewal",
            occurred_at=today - timedelta(days=2 + number % 12),
            person_id=deal.owner_id,
            deal=deal,
            account_id=deal.account_id,
        )
        for number, deal in enumerate(deals)
        if _came_to(number) < RENEWED and number % 4
    )
    # Logged at once; the field itself would say when the demo was made.
    ids = [activity.pk for activity in made]
    Activity.objects.filter(pk__in=ids).update(created_at=F("occurred_at"))
