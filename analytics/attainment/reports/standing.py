"""What the won deals of a period are beside the quota that they count for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from analytics.attainment.metrics import Attainment, attained, merged
from analytics.attainment.reports.attainment import attainment
from analytics.attainment.reports.ledger import Ledger
from analytics.context.reports import (
    OrganisationCalendar,
    ReportView,
    Scope,
    organisation_calendar,
    person_scope,
    scopes_of,
)
from kit.money import cents, from_cents
from kit.periods import Period, WorkingDays
from org import access
from org.enums import Measure, SubjectKind
from org.metrics import Subject, summed_targets
from org.models.people import Person
from org.reports.organisation import Roster, roster_of
from pipeline.deals.reports.selection import DealSelection
from pipeline.deals.reports.totals import Totals
from pipeline.enums import Status

OF_BOOKINGS = {"as_of", "status", "team", "below", "credited_to", "closed_from", "closed_to"}


def scope_attainment(report_view: ReportView, *, people: Roster | None = None) -> Attainment:
    """Return the bookings of a look's scope beside its quota; a group's are its people's sums.

    ``people`` (see ``roster_of``) are read where not given.
    """
    scope = report_view.scope
    people = people or roster_of(report_view.period, report_view.moment, report_view.calendar)
    group = sorted(scope.people or ()) if scope.subject.kind is SubjectKind.BELOW else []
    found = attainment(
        [Subject(SubjectKind.PERSON, pk) for pk in group] or [scope.subject],
        period=report_view.period,
        measure=Measure.BOOKINGS,
        as_of=report_view.moment,
        calendar=report_view.calendar,
        people=people,
    )
    if not group:
        return found[0]
    owing = (
        one.target
        for pk, one in zip(group, found, strict=True)
        if scope.owes(people.people[pk], report_view.day)
    )
    return attained(
        scope.subject,
        measure=Measure.BOOKINGS,
        period_id=report_view.period.pk,
        target=summed_targets(owing),
        credits=merged(credit for one in found for credit in one.credits),
    )


def standing_of(
    viewer: Person,
    selection: DealSelection,
    *,
    moment: datetime,
    total: Decimal | None,
    calendar: OrganisationCalendar | None = None,
) -> tuple[Attainment, WorkingDays] | None:
    """Return the attainment that a selection's deals are the bookings of, and the working days.

    None where the selection is something else than the bookings of a fiscal period, where its
    deals add up to something else, without a quota, and for whose numbers the viewer may not see.
    """
    if not _is_bookings(selection):
        return None
    calendar = calendar or organisation_calendar()
    bounds = (selection.closed_from, selection.closed_to)
    named = (p for p in calendar.periods if (p.period.start, p.period.end) == bounds)
    period, scope = next(named, None), _scope(viewer, selection, calendar)
    if period is None or scope is None:
        return None
    report_view = ReportView(
        viewer=viewer,
        scope=scope,
        period=period,
        moment=moment,
        as_of=selection.as_of,
        calendar=calendar,
    )
    found = scope_attainment(report_view)
    if found.target is None or from_cents(found.actual) != total:
        return None
    return found, calendar.working_days(period.period, moment=moment)


def _is_bookings(selection: DealSelection) -> bool:
    given = set(selection.parameters())
    dated = selection.closed_from is not None and selection.closed_to is not None
    return selection.status == Status.WON and dated and given <= OF_BOOKINGS


def _scope(
    viewer: Person, selection: DealSelection, calendar: OrganisationCalendar
) -> Scope | None:
    """Return whose bookings the selection is; None where the viewer may not see their numbers."""
    if selection.credited_to is not None:
        person = Person.objects.led_by(viewer).filter(pk=selection.credited_to).first()
        return person and person_scope(person)
    wanted = Subject(SubjectKind.EVERYONE)
    if selection.team is not None:
        wanted = Subject(SubjectKind.TEAM, selection.team)
    elif selection.below is not None:
        wanted = Subject(SubjectKind.BELOW, selection.below)
    offered = scopes_of(viewer, calendar)
    return next((scope for scope in offered if scope.subject == wanted), None)


@dataclass(frozen=True, slots=True)
class CreditedCents:
    """The cents that count of deals whose credit is split, by deal; of others, all of them.

    ``given`` are the deals among them that others own and gave a share of. ``calendar`` is what was
    read for it.
    """

    shares: Mapping[int, int] = field(default_factory=dict)
    given: frozenset[int] = frozenset()
    calendar: OrganisationCalendar | None = None

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
        split = rows.order_by().filter(**{f"{deal}__in": self.shares, "status": Status.WON})
        less = from_cents(
            sum(
                self.shares[pk] - cents(amount)
                for pk, amount in split.values_list(deal, "amount_base")
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
        {deal: share for deal, share in shares.items() if share or deal in owned}, given, calendar
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
