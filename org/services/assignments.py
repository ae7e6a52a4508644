"""A person's reporting line and team, by date."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from org import audit
from org.models.people import Person, ReportingClosure, ReportingLine
from org.models.teams import Team, TeamMembership
from org.querysets import on_day
from org.services.guard import locked, make_room, refused_as, require_change_of, require_in_use


@transaction.atomic
def report_to(
    person: Person, *, by: Person | None, manager: Person | None, since: date
) -> ReportingLine | None:
    """Let the person report to ``manager`` (None: nobody) from a day to the next recorded change.

    Raises ValidationError naming "manager" for a circle, "since" for a day outside their time here.
    """
    require_change_of(person, by=by)
    subject = locked(person)
    _check_day(subject, since)
    rows = ReportingLine.objects.filter(person=subject)
    before = rows.filter(on_day(since)).select_related("manager").first()
    until = make_room(rows, since=since)
    line = None
    if manager is not None:
        _check_manager(subject, manager, since, until)
        line = ReportingLine(person=subject, manager=manager, valid_from=since, valid_to=until)
        circle = (
            "manager",
            f"{manager} reports to {subject}, so {subject} cannot report to {manager}.",
        )
        with refused_as({"reporting_line_no_circle": circle}):
            line.save()
    audit.record(
        by,
        "person.report_to",
        subject,
        changes={"manager": (before.manager if before else None, manager), "since": (None, since)},
    )
    return line


def _check_day(person: Person, since: date) -> None:
    if person.left_on and since >= person.left_on:
        raise ValidationError(
            {"since": f"{person} left on {person.left_on}. Choose an earlier day."}
        )


def _check_manager(person: Person, manager: Person, since: date, until: date | None) -> None:
    if manager.pk == person.pk:
        raise ValidationError({"manager": "Nobody reports to themself."})
    if manager.left_on and (until is None or until > manager.left_on):
        raise ValidationError(
            {"manager": f"{manager} left on {manager.left_on}. Choose somebody else."}
        )
    below = ReportingClosure.objects.filter(ancestor=person, descendant=manager, depth__gt=0)
    below = below.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=since))
    if until is not None:
        below = below.filter(valid_from__lt=until)
    if row := below.order_by("valid_from").first():
        how = "" if row.depth == 1 else " through others"
        raise ValidationError(
            {
                "manager": f"{manager} reports to {person}{how} from {max(row.valid_from, since)} "
                f"on, so {person} cannot report to {manager} then."
            }
        )


@transaction.atomic
def join_team(
    person: Person, *, by: Person | None, team: Team | None, since: date, is_lead: bool = False
) -> TeamMembership | None:
    """Put the person into a team (None: into no team) from a day until the next recorded change."""
    require_change_of(person, by=by)
    subject = locked(person)
    _check_day(subject, since)
    if team is not None:
        require_in_use(team, field="team")
    rows = TeamMembership.objects.filter(person=subject)
    before = rows.filter(on_day(since)).select_related("team").first()
    until = make_room(rows, since=since)
    membership = None
    if team is not None:
        membership = TeamMembership.objects.create(
            person=subject, team=team, is_lead=is_lead, valid_from=since, valid_to=until
        )
    audit.record(
        by,
        "person.join_team",
        subject,
        changes={
            "team": (before.team if before else None, team),
            "is_lead": (before.is_lead if before else False, is_lead),
            "since": (None, since),
        },
    )
    return membership


@transaction.atomic
def join_team_together(
    people: Iterable[Person],
    *,
    by: Person | None,
    team: Team,
    since: date,
    is_lead: bool = False,
) -> None:
    """Put all of these people into the team, or none."""
    for person in people:
        join_team(person, by=by, team=team, since=since, is_lead=is_lead)


def reports_on(person: Person, day: date) -> QuerySet[Person]:
    """Return the people who report to this one directly on ``day`` or later."""
    lines = ReportingLine.objects.filter(manager=person)
    lines = lines.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    return Person.objects.filter(pk__in=lines.values("person"))


def hand_over(person: Person, *, by: Person | None, on: date, successor: Person | None) -> None:
    """Move everybody who reports to the person on ``on`` or later to the successor."""
    reports = list(reports_on(person, on))
    if not reports:
        return
    if successor is None:
        names = ", ".join(str(report) for report in reports[:3])
        more = f" and {len(reports) - 3} more" if len(reports) > 3 else ""
        raise ValidationError(
            {"successor": f"{names}{more} report to {person}. Choose who takes them over."}
        )
    if successor.pk == person.pk or not successor.is_active:
        raise ValidationError(
            {"successor": f"{successor} cannot take them over: choose somebody who stays."}
        )
    for report in reports:
        try:
            _inherit(report, by=by, gone=person, on=on, successor=successor)
        except ValidationError as error:
            raise ValidationError({"successor": error.messages}) from error


def _inherit(
    report: Person, *, by: Person | None, gone: Person, on: date, successor: Person
) -> None:
    """Give each line of ``report`` to ``gone`` that lasts beyond ``on`` to the successor.

    The successor, where they are a report themself, takes the place of the one who leaves.
    """
    # The admin who acts may be among the reports: they move because their manager leaves.
    actor = None if by is not None and by.pk == report.pk else by
    lines = ReportingLine.objects.filter(person=report, manager=gone)
    for line in lines.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on)):
        day = max(line.valid_from, on)
        manager = successor if report.pk != successor.pk else _manager_on(gone, day)
        report_to(report, by=actor, manager=manager, since=day)


def _manager_on(person: Person, day: date) -> Person | None:
    lines = ReportingLine.objects.filter(on_day(day), person=person)
    line = lines.select_related("manager").first()
    return line.manager if line else None
