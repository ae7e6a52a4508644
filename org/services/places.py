"""The place of a person by date: their reporting line, team and territories."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from org import audit
from org.models.people import Person, ReportingClosure, ReportingLine
from org.models.teams import Team, TeamMembership
from org.models.territories import PersonTerritory, Territory
from org.querysets import on_day, overlapping
from org.services.guard import (
    locked,
    make_room,
    refused_as,
    require_admin,
    require_change_of,
    require_in_use,
)

LATEST = date(9999, 12, 31)


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
    people: Iterable[Person], *, by: Person | None, team: Team, **place: Any
) -> list[TeamMembership | None]:
    """Put all of these people into the team, or none."""
    return [join_team(person, by=by, team=team, **place) for person in people]


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


@transaction.atomic
def assign_person(
    person: Person,
    *,
    by: Person | None,
    territory: Territory,
    since: date,
    until: date | None = None,
) -> PersonTerritory:
    """Let the person work the territory from ``since`` until, and not including, ``until``."""
    require_admin(by)
    subject = locked(person)
    if until is not None and until <= since:
        raise ValidationError({"until": "The end comes after the start."})
    if subject.left_on and (until is None or until > subject.left_on):
        raise ValidationError({"since": f"{subject} left on {subject.left_on}."})
    require_in_use(territory, field="territory")
    rows = PersonTerritory.objects.filter(person=subject, territory=territory)
    if clash := rows.filter(overlapping(since, until or LATEST)).first():
        end = f"until {clash.valid_to}" if clash.valid_to else "with no end"
        raise ValidationError(
            {"since": f"{subject} already works {territory} from {clash.valid_from} {end}."}
        )
    row = PersonTerritory.objects.create(
        person=subject, territory=territory, valid_from=since, valid_to=until
    )
    audit.record(
        by,
        "territory.assign_person",
        subject,
        changes={"territory": (None, territory), "since": (None, since), "until": (None, until)},
    )
    return row


@transaction.atomic
def assign_people(
    people: Iterable[Person], *, by: Person | None, territory: Territory, **days: Any
) -> list[PersonTerritory]:
    """Assign all of these people, or none."""
    return [assign_person(person, by=by, territory=territory, **days) for person in people]


@transaction.atomic
def end_assignment(row: PersonTerritory, *, by: Person | None, on: date) -> None:
    """End a person's work in a territory as of ``on``; a row that starts then or later goes."""
    require_admin(by)
    subject = (
        PersonTerritory.objects.select_for_update()
        .select_related("territory", "person")
        .get(pk=row.pk)
    )
    if subject.valid_to is not None and subject.valid_to <= on:
        raise ValidationError({"on": f"It already ended on {subject.valid_to}."})
    if subject.valid_from >= on:
        subject.delete()
    else:
        PersonTerritory.objects.filter(pk=subject.pk).update(valid_to=on)
    audit.record(
        by,
        "territory.end_person",
        subject.person,
        changes={"territory": (subject.territory, None), "until": (subject.valid_to, on)},
    )
