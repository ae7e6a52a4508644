"""Looks at the paper world, as a page would make them."""

from datetime import date, datetime

from analytics.context.reports import ReportView, organisation_calendar, person_scope, scopes_of
from org.models.people import Person


def report_view_of(
    viewer: Person,
    *,
    team: str = "",
    person: Person | None = None,
    period: str = "Q1 2026",
    now: datetime | None = None,
    as_of: date | None = None,
) -> ReportView:
    """Return a look at a team by name ("Everyone" too), at a person, or at the widest scope."""
    calendar = organisation_calendar()
    scopes = [person_scope(person)] if person else scopes_of(viewer, calendar)
    scope = next(scope for scope in scopes if team in ("", scope.label))
    moment = calendar.end_of(as_of) if as_of else now
    assert moment is not None
    named = next(p for p in calendar.periods if p.period.label == period)
    return ReportView(
        viewer=viewer, scope=scope, period=named, moment=moment, as_of=as_of, calendar=calendar
    )
