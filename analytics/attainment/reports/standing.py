"""What the won deals of a period are beside the quota that they count for."""

from datetime import datetime
from decimal import Decimal

from analytics.attainment.metrics.attainment import Attainment, attained, merged
from analytics.attainment.reports.attainment import attainment, roster_of
from analytics.context.reports.organisation_calendar import (
    OrganisationCalendar,
    organisation_calendar,
)
from analytics.context.reports.report_view import ReportView
from analytics.context.reports.roster import Roster
from analytics.context.reports.scope import Scope, person_scope, scopes_of
from kit.money import from_cents
from org.enums import Measure, SubjectKind
from org.metrics.quotas import Subject, summed_targets
from org.metrics.working_days import WorkingDays
from org.models.people import Person
from pipeline.deals.reports.selection import DealSelection
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
    viewer: Person, selection: DealSelection, *, moment: datetime, total: Decimal | None
) -> tuple[Attainment, WorkingDays] | None:
    """Return the attainment that a selection's deals are the bookings of, and the working days.

    None where the selection is something else than the bookings of a fiscal period, where its
    deals add up to something else, without a quota, and for whose numbers the viewer may not see.
    """
    if not _is_bookings(selection):
        return None
    calendar = organisation_calendar()
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
