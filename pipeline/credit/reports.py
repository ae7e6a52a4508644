"""The collaborators and credit splits of a deal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from kit.money import cents, from_cents
from org.models.people import Person
from pipeline import rules
from pipeline.credit.metrics import in_words, overlay_part, revenue_parts
from pipeline.credit.models import CreditShare, CreditSplit
from pipeline.deals.models import Deal, DealCollaborator
from pipeline.enums import CreditKind, Status


@dataclass(frozen=True, slots=True)
class PersonCredit:
    """What of a deal counts for a person: ``share`` as a fraction, the amount if it has one."""

    name: str
    share: Decimal
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Agreed:
    """A split in words, with who set it when and why."""

    words: str
    set_at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class DealCreditReport:
    """Who helps, the credit for a deal as it is, and every split before the one in force."""

    deal: Deal
    helping: Sequence[DealCollaborator]
    revenue: Sequence[PersonCredit]
    overlay: Sequence[PersonCredit]
    history: Sequence[Agreed]
    split: CreditSplit | None
    is_won: bool
    may_edit: bool
    may_split: bool


def deal_credit(viewer: Person, deal: Deal) -> DealCreditReport:
    """Return the credit for a deal that the viewer may see."""
    splits = list(
        CreditSplit.objects.visible_to(viewer)
        .filter(deal=deal)
        .select_related("set_by")
        .prefetch_related("shares__person")
    )
    newest = splits[0] if splits else None
    shares = list(newest.shares.all()) if newest else []
    whole = None if deal.amount_base is None else cents(deal.amount_base)
    helping = DealCollaborator.objects.visible_to(viewer).standing().filter(deal=deal)
    may_edit = deal.archived_at is None and rules.can_edit_seen_deal(viewer, deal)
    return DealCreditReport(
        deal=deal,
        helping=list(helping.select_related("person")),
        revenue=_revenue(deal, shares, whole),
        overlay=[
            _credited(row, whole and overlay_part(whole, row.percent))
            for row in shares
            if row.kind == CreditKind.OVERLAY
        ],
        history=[_agreed(split) for split in splits],
        split=newest,
        is_won=deal.status == Status.WON,
        may_edit=may_edit,
        may_split=may_edit and rules.can_split_credit(viewer, deal),
    )


def _revenue(deal: Deal, shares: Sequence[CreditShare], whole: int | None) -> list[PersonCredit]:
    rows = [row for row in shares if row.kind == CreditKind.REVENUE]
    if not rows:
        owner = deal.credited_to or deal.owner
        return [PersonCredit(owner.full_name, Decimal(1), deal.amount_base)]
    percents = {row.person_id: row.percent for row in rows}
    parts = {} if whole is None else revenue_parts(whole, percents)
    return [_credited(row, parts.get(row.person_id)) for row in rows]


def _credited(row: CreditShare, part: int | None) -> PersonCredit:
    amount = from_cents(part)
    return PersonCredit(row.person.full_name, row.percent / 100, amount)


def _agreed(split: CreditSplit) -> Agreed:
    shares = ((row.person.full_name, row.kind, row.percent) for row in split.shares.all())
    by = split.set_by.full_name if split.set_by else "the system"
    return Agreed(in_words(shares) or "The owner alone", split.set_at, by, split.reason)
