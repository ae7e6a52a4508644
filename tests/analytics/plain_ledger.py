"""Who booked what, by team and territory: rows and loops that share nothing with the code."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from org.models.teams import TeamMembership, TeamPlacement
from org.models.territories import TerritoryPlacement
from pipeline.credit.models import CreditSplit
from pipeline.customers.models import AccountTerritory
from pipeline.deals.models import DealVersion


@dataclass(frozen=True)
class Booked:
    deal: int
    person: int
    team: int | None
    territory: int | None
    day: date
    cents: int
    overlay: int


def booked(moment: datetime, start: date, end: date) -> list[Booked]:
    """Return what counts for whom of the deals won on a day of [start, end), known at a moment."""
    found = []
    for row in DealVersion.objects.all():
        if not row.valid_from <= moment < row.valid_to or row.archived or row.status != "won":
            continue
        if not start <= row.closed_on < end or row.amount_base is None:
            continue
        amount, parts, overlays = int(row.amount_base * 100), {}, {}
        splits = [s for s in CreditSplit.objects.filter(deal=row.deal) if s.set_at <= moment]
        if splits:
            shares = list(max(splits, key=lambda split: split.set_at).shares.all())
            revenue = {s.person_id: s.percent for s in shares if s.kind == "revenue"}
            parts = largest_remainder(amount, revenue)
            overlays = {
                s.person_id: int(amount * Fraction(s.percent) / 100 + Fraction(1, 2))
                for s in shares
                if s.kind == "overlay"
            }
        parts = parts or {row.credited_to_id: amount}
        lying = AccountTerritory.objects.filter(account=row.account_id) if row.account_id else ()
        for person in parts.keys() | overlays.keys():
            seats = TeamMembership.objects.filter(person=person)
            found.append(
                Booked(
                    deal=row.deal_id,
                    person=person,
                    team=holding(((s.team_id, s.valid_from, s.counts_to) for s in seats), row),
                    territory=holding(
                        ((s.territory_id, s.valid_from, s.valid_to) for s in lying), row
                    ),
                    day=row.closed_on,
                    cents=parts.get(person, 0),
                    overlay=overlays.get(person, 0),
                )
            )
    return found


def largest_remainder(amount: int, percents: dict) -> dict[int, int]:
    exact = {who: amount * Fraction(percent) / 100 for who, percent in percents.items()}
    parts = {who: int(part) for who, part in exact.items()}
    left = amount - sum(parts.values()) if parts else 0
    for who in sorted(exact, key=lambda who: (parts[who] - exact[who], who))[:left]:
        parts[who] += 1
    return parts


def holding(stays: Iterable[tuple], row: DealVersion) -> int | None:
    """Return where somebody or something was on the day of a closing."""
    for place, since, until in stays:
        if since <= row.closed_on and (until is None or row.closed_on < until):
            return place
    return None


def lies_in(model: type[TeamPlacement | TerritoryPlacement]) -> Callable:
    """Return what says whether a node was, or lay in, another one on a day, walking up."""
    placings = list(model._default_manager.all())

    def inside(node: int | None, root: int, day: date) -> bool:
        while node is not None and node != root:
            node = next(
                (
                    p.parent_id
                    for p in placings
                    if p.node_id == node
                    and p.valid_from <= day
                    and (p.valid_to is None or day < p.valid_to)
                ),
                None,
            )
        return node == root

    return inside
