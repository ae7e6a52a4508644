"""What splits take from a won deal's owner and give to others: read once, for every figure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast, JSONObject

from analytics.context.reports.scope import Scope
from analytics.context.reports.setting import Setting
from kit.money import cents
from kit.periods import Period
from org.enums import SubjectKind
from org.models.teams import TeamMembership
from pipeline.credit.metrics import overlay_part, revenue_parts
from pipeline.credit.models import CreditShare, CreditSplit
from pipeline.customers.models import AccountTerritory
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import CreditKind, Status


@dataclass(frozen=True, slots=True)
class Move:
    """What a split changes of a person's credit for a deal that was won on ``day``, in cents.

    Less for the owner at the closing, more for the others: those of a deal add up to nothing.
    ``overlay`` stands apart. ``team`` and ``territory`` are those of that day, for which it
    counts; ``amount`` is the whole of the deal, ``owner`` whose it was at the closing.
    """

    deal: int
    day: date
    owner: int
    owner_team: int | None
    person: int
    team: int | None
    territory: int | None
    cents: int
    overlay: int
    amount: int


def split_moves(
    period: Period, *, moment: datetime, setting: Setting, people: Collection[int] | None = None
) -> list[Move]:
    """Return the moves of all deals won in the period, by the splits in force at ``moment``.

    One statement over the deals that have a split, and none where nobody ever set one.
    ``people`` narrows it to deals that concern one of them.
    """
    if not setting.has_splits:
        return []
    won = DealSelection(status=Status.WON, closed_from=period.start, closed_to=period.end)
    rows = won.versions(moment=moment, day=setting.day(moment)).filter(
        amount_base__isnull=False,
        deal__in=CreditSplit.objects.known_at(moment).order_by().values("deal"),
    )
    if people is not None:
        named = CreditShare.objects.filter(person__in=people).values("split__deal")
        rows = rows.filter(Q(credited_to__in=people) | Q(deal__in=named))
    return [move for row in _shared(rows, moment) for move in _moves(row)]


def counts_for(scope: Scope, move: Move) -> bool:
    """Whether a move changes a scope's bookings.

    It changes nothing of everyone's and of a territory's, where each deal counts as a whole.
    """
    if scope.team is not None:
        return move.team in scope.inside(move.day)
    if scope.subject.kind is SubjectKind.TERRITORY:
        return False
    return scope.people is not None and move.person in scope.people


def _shared(rows: QuerySet, moment: datetime) -> QuerySet:
    newest = CreditSplit.objects.known_at(moment).filter(deal=OuterRef("deal")).values("pk")
    shares = CreditShare.objects.filter(split=OuterRef("split")).order_by("person")
    seat = _holding("person", OuterRef(OuterRef("closed_on")))
    row = JSONObject(
        person=F("person"), kind=F("kind"), percent=Cast("percent", TextField()), team=seat
    )
    lying = AccountTerritory.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("closed_on")),
        account=OuterRef("account"),
        valid_from__lte=OuterRef("closed_on"),
    )
    return (
        rows.annotate(
            split=Subquery(newest[:1]),
            team=_holding("credited_to", OuterRef("closed_on")),
            territory=Subquery(lying.values("territory")[:1]),
        )
        .annotate(shares=ArraySubquery(shares.values(row=row)))
        .order_by("closed_on", "deal")
        .values("deal", "closed_on", "credited_to", "team", "territory", "amount_base", "shares")
    )


def _holding(person: str, day: OuterRef) -> Subquery:
    """Return the team for which what the person did on the day counts."""
    seats = TeamMembership.objects.filter(
        Q(counts_to__isnull=True) | Q(counts_to__gt=day),
        person=OuterRef(person),
        valid_from__lte=day,
    )
    return Subquery(seats.values("team")[:1])


def _moves(row: dict[str, Any]) -> Iterator[Move]:
    amount, owner, shares = cents(row["amount_base"]), row["credited_to"], row["shares"]
    seats = {share["person"]: share["team"] for share in shares} | {owner: row["team"]}
    percents = _by_person(shares, CreditKind.REVENUE)
    parts = revenue_parts(amount, percents) if percents else {owner: amount}
    overlays = {
        person: overlay_part(amount, percent)
        for person, percent in _by_person(shares, CreditKind.OVERLAY).items()
    }
    for person, seat in seats.items():
        change = parts.get(person, 0) - (amount if person == owner else 0)
        overlay = overlays.get(person, 0)
        if change or overlay:
            yield Move(
                deal=row["deal"],
                day=row["closed_on"],
                owner=owner,
                owner_team=row["team"],
                person=person,
                team=seat,
                territory=row["territory"],
                cents=change,
                overlay=overlay,
                amount=amount,
            )


def _by_person(shares: list[dict], kind: CreditKind) -> dict[int, Decimal]:
    return {share["person"]: Decimal(share["percent"]) for share in shares if share["kind"] == kind}
