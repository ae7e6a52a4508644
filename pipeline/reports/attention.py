"""What needs the manager now: open deals and people, each with its reasons."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Case, DateTimeField, F, Max, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from kit.money import cents
from pipeline.metrics.attention import THRESHOLDS, DealPrompt, OpenDeal, PersonPrompt, deal_prompts
from pipeline.models.activities import Activity
from pipeline.models.deals import DealVersion
from pipeline.reports.look import Look


@dataclass(frozen=True, slots=True)
class Attention:
    """The prompts, most urgent first. ``large`` is the amount in cents a deal counts as large from.

    ``looked_at`` deals were judged; ``capped`` says that there are smaller ones besides.
    ``undated`` open deals without a close date are so many that they are told in one line; 0
    where they stand among the others.
    """

    deals: Sequence[DealPrompt]
    people: Sequence[PersonPrompt]
    large: int | None
    looked_at: int
    capped: bool
    undated: int = 0


def open_deals(
    look: Look,
    *,
    owners: Collection[int],
    due_by: date | None = None,
    gone: Collection[int] = (),
    undated: bool = True,
) -> list[OpenDeal]:
    """Return the open deals of a look that the viewer may see, the largest first.

    ``owners`` are those whose deals the viewer may see, ``gone`` those of them who have left.
    Those without a close date only if ``undated``, or if their owner has left. With ``due_by``
    only deals that should close before that day, have no close date, or whose owner has left. At
    most one more than
    ``THRESHOLDS.deals_looked_at``: they are found in the index before the rest is read.
    """
    order = (F("amount_base").desc(nulls_last=True), "deal")
    largest = look.versions(look.open).filter(owner__in=owners).order_by(*order)
    due = Q(expected_close_on__lt=due_by) if due_by else Q(expected_close_on__isnull=False)
    if undated:
        due = due | Q(expected_close_on__isnull=True) if due_by else Q()
    if due:
        largest = largest.filter(due | Q(owner__in=gone) if gone else due)
    rows = DealVersion.objects.as_of(look.moment).filter(
        deal__in=largest.values("deal")[: THRESHOLDS.deals_looked_at + 1]
    )
    seen = _described(rows.visible_to(look.viewer), look.moment).order_by(*order)
    return [_open_deal(row, look, gone) for row in seen]


def described_deals(
    look: Look, deals: Iterable[int], *, gone: Collection[int]
) -> dict[int, OpenDeal]:
    """Return these deals as they stood at the look's moment, of those that the viewer may see.

    ``gone`` are the people who have left.
    """
    rows = DealVersion.objects.as_of(look.moment).visible_to(look.viewer).filter(deal__in=deals)
    return {row["deal"]: _open_deal(row, look, gone) for row in _described(rows, look.moment)}


def large_amount(quota: int | None) -> int | None:
    """Return the cents from which a deal is large for a quota; None without one."""
    return None if quota is None else int(quota * THRESHOLDS.large_share_of_quota)


def told_together(undated: int) -> int:
    """Return the number of deals without a close date if it is told in one line, else 0."""
    return undated if undated >= THRESHOLDS.undated_alike else 0


def attention(
    look: Look,
    *,
    people: Sequence[PersonPrompt],
    quota: int | None,
    owners: Collection[int],
    gone: Collection[int],
    undated: int,
) -> Attention:
    """Return what needs attention; ``people`` were judged by their standing already."""
    alike = told_together(undated)
    due_by = look.period.period.end
    found = open_deals(look, owners=owners, due_by=due_by, gone=gone, undated=not alike)
    large = large_amount(quota)
    judged = found[: THRESHOLDS.deals_looked_at]
    return Attention(
        deals=deal_prompts(judged, day=look.day, large=large),
        people=people,
        large=large,
        looked_at=len(judged),
        capped=len(found) > len(judged),
        undated=alike,
    )


def _described(rows: QuerySet, moment: datetime) -> QuerySet:
    """Add to versions when the deal entered its stage and when it was last worked on."""
    others = (
        DealVersion.objects.filter(deal=OuterRef("deal"), valid_to__lte=OuterRef("valid_from"))
        .exclude(stage=OuterRef("stage"))
        .order_by()
        .values("deal")
        .annotate(last=Max("valid_to"))
        .values("last")
    )
    touched = Activity.objects.known_at(moment).filter(deal=OuterRef("deal"))
    return rows.annotate(
        # The deal's own time, unless it has changed stage since the moment that is looked at.
        entered=Case(
            When(deal__stage_entered_at__lte=moment, then=F("deal__stage_entered_at")),
            default=Coalesce(Subquery(others), F("deal__created_at")),
            output_field=DateTimeField(),
        ),
        touched=Subquery(touched.order_by("-occurred_at").values("occurred_at")[:1]),
    ).values(
        "deal",
        "name",
        "owner",
        "amount_base",
        "expected_close_on",
        "category",
        "stage__name",
        "stage__expected_days",
        "next_step",
        "next_step_on",
        "entered",
        "touched",
        "deal__created_at",
    )


def _open_deal(row: dict, look: Look, gone: Collection[int]) -> OpenDeal:
    amount: Decimal | None = row["amount_base"]
    return OpenDeal(
        deal=row["deal"],
        name=row["name"],
        owner=row["owner"],
        cents=None if amount is None else cents(amount),
        close_on=row["expected_close_on"],
        category=row["category"],
        stage=row["stage__name"],
        stage_days=look.days_since(row["entered"]) or 0,
        expected_days=row["stage__expected_days"],
        next_step=row["next_step"],
        next_step_on=row["next_step_on"],
        quiet_days=look.days_since(row["touched"] or row["deal__created_at"]) or 0,
        touched=row["touched"] is not None,
        owner_left=row["owner"] in gone,
    )
