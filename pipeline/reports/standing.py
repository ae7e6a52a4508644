"""What the won deals of a period are beside the quota that they count for."""

from datetime import datetime
from decimal import Decimal

from kit.money import from_cents
from org import access
from org.enums import Measure
from org.models.people import Person
from org.models.teams import Team
from pipeline.enums import Status, SubjectKind
from pipeline.metrics.attainment import Attainment, Subject
from pipeline.metrics.pace import WorkingDays
from pipeline.reports.attainment import attainment
from pipeline.reports.selection import DealSelection
from pipeline.reports.setting import setting

OF_BOOKINGS = {"as_of", "status", "team", "credited_to", "closed_from", "closed_to"}


def standing_of(
    viewer: Person, selection: DealSelection, *, moment: datetime, total: Decimal | None
) -> tuple[Attainment, WorkingDays] | None:
    """Return the attainment that a selection's deals are the bookings of, and the working days.

    None where the selection is something else than the bookings of a fiscal period, where its
    deals add up to something else, without a quota, and for whose numbers the viewer may not see.
    """
    subject = _subject(viewer, selection)
    if subject is None:
        return None
    calendar = setting()
    bounds = (selection.closed_from, selection.closed_to)
    named = (p for p in calendar.periods if (p.period.start, p.period.end) == bounds)
    if (period := next(named, None)) is None:
        return None
    (found,) = attainment(
        [subject], period=period, measure=Measure.BOOKINGS, as_of=moment, calendar=calendar
    )
    if found.target is None or from_cents(found.actual) != total:
        return None
    return found, calendar.working_days(period.period, moment=moment)


def _subject(viewer: Person, selection: DealSelection) -> Subject | None:
    given = set(selection.parameters())
    if selection.status != Status.WON or not given <= OF_BOOKINGS:
        return None
    if selection.closed_from is None or selection.closed_to is None:
        return None
    if selection.credited_to is not None:
        seen = Person.objects.led_by(viewer).filter(pk=selection.credited_to).exists()
        return Subject(SubjectKind.PERSON, selection.credited_to) if seen else None
    if selection.team is not None:
        seen = Team.objects.visible_to(viewer).filter(pk=selection.team).exists()
        return Subject(SubjectKind.TEAM, selection.team) if seen else None
    return Subject(SubjectKind.EVERYONE) if access.sees_everyone(viewer) else None
