"""What of each deal counts for whom a list of won deals is of, so that its rows make the figure.

A list takes filters that the ledger does not know, so it sums its own rows and takes from the
ledger what splits change of them; test_one_ledger.py holds both to the cent.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from analytics.attainment.reports.ledger import Ledger
from analytics.context.reports.organisation_calendar import (
    OrganisationCalendar,
    organisation_calendar,
)
from kit.money import cents, from_cents
from kit.periods import Period
from org import access
from pipeline.deals.reports.selection import DealSelection
from pipeline.deals.reports.totals import Totals
from pipeline.enums import Status


@dataclass(frozen=True, slots=True)
class CreditedCents:
    """The cents that count of deals whose credit is split, by deal; of others, all of them.

    ``given`` are the deals among them that others own and gave a share of.
    """

    shares: Mapping[int, int] = field(default_factory=dict)
    given: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.shares)

    def marked(self, rows: Iterable[Any]) -> Iterator[Any]:
        """Give each row, a deal or version, as ``credited`` what of its amount counts."""
        for row in rows:
            share = self.shares.get(_deal(row))
            row.credited = row.amount_base if share is None else from_cents(share)
            yield row

    def corrected(self, totals: Totals, rows: QuerySet) -> Totals:
        """Return the totals of the rows by what counts of each deal."""
        if totals.amount is None or not self.shares:
            return totals
        of_version = hasattr(rows.model, "deal")
        deal = "deal_id" if of_version else "pk"
        parted = rows.order_by().filter(**{f"{deal}__in": self.shares, "status": Status.WON})
        less = from_cents(
            sum(
                self.shares[pk] - cents(amount)
                for pk, amount in parted.values_list(deal, "amount_base")
                if amount is not None
            )
        )
        by_status = tuple(
            replace(one, amount=one.amount + less) if one.label == Status.WON.capitalize() else one
            for one in totals.by_status
        )
        return replace(totals, amount=totals.amount + less, by_status=by_status)


def credited(selection: DealSelection, *, moment: datetime) -> CreditedCents:
    """Return what of which deals counts for the person, team or group that a selection names.

    Nothing is asked unless the selection is of deals closed in a span, by whose they are, with what
    splits make of that.
    """
    start, end = selection.closed_from, selection.closed_to
    owners = (selection.credited_to, selection.team, selection.below)
    of_credit = selection.status != Status.LOST and any(one is not None for one in owners)
    if selection.whole or start is None or end is None or start >= end or not of_credit:
        return CreditedCents()
    calendar = organisation_calendar()
    counts = _counting(selection, calendar)
    shares: dict[int, int] = {}
    owned: set[int] = set()
    for each in Ledger(Period(start, end), moment, calendar).transfers:
        owns = counts(each.owner, each.owner_team, each.day)
        if owns:
            owned.add(each.deal)
        share = shares.setdefault(each.deal, each.amount if owns else 0)
        if counts(each.person, each.team, each.day):
            shares[each.deal] = share + each.actual
    given = frozenset(deal for deal, share in shares.items() if share and deal not in owned)
    return CreditedCents(
        {deal: share for deal, share in shares.items() if share or deal in owned}, given
    )


def _counting(
    selection: DealSelection, calendar: OrganisationCalendar
) -> Callable[[int, int | None, date], bool]:
    """Return what says whether the credit of a person, in a team on a day, is the selection's."""
    below: set[int] | None = None
    if selection.below is not None:
        reports = access.reports_of(selection.below)
        below = set(reports.values_list("descendant", flat=True))

    def counts(person: int, team: int | None, day: date) -> bool:
        if selection.credited_to not in (None, person):
            return False
        if below is not None and person not in below:
            return False
        return selection.team is None or team in calendar.teams.inside(selection.team, day)

    return counts


def _deal(row: Any) -> int:
    return int(getattr(row, "deal_id", row.pk))
