"""Taking back imported people, their lines and their memberships."""

from datetime import date
from typing import Any

from imports.engine import people, placing
from imports.engine.comparing import execute
from imports.engine.undo_report import UndoReport, drop_computed, lock, pointed_at
from imports.models import ImportRow, ImportRun
from org import audit
from org.models.people import Person, ReportingLine
from org.models.teams import TeamMembership
from org.services import people as people_service

OWN_TABLES = ("org_rolegrant", "org_reportingclosure")


def undo_people(run: ImportRun, *, by: Person | None, report: UndoReport) -> None:
    lock("org_person", run)
    _restore_places(run, report)
    created = []
    for row in run.rows.order_by("row"):
        person = Person.objects.filter(pk=row.target).first()
        if person is None:
            report.keep(f"Row {row.row}: the person is gone since.")
        elif row.action == "create":
            created.append(person)
        else:
            _restore_person(row, person, by=by, report=report)
    _remove_people(created, by=by, report=report)


def _restore_places(run: ImportRun, report: UndoReport) -> None:
    """Put reporting lines and memberships back where nobody has changed them since."""
    kept = list(run.kept.filter(table="places"))
    now = placing.snapshot({row.target for row in kept})
    lines, memberships, back = [], [], []
    for row in kept:
        if now[row.target] != row.after:
            report.keep(
                f"{Person.objects.get(pk=row.target)}: manager or team changed since, so they stay."
            )
            continue
        back.append(row.target)
        lines += [
            ReportingLine(
                person_id=row.target, manager_id=manager, valid_from=since, valid_to=until
            )
            for manager, since, until in row.before["lines"]
        ]
        memberships += [
            TeamMembership(
                person_id=row.target, team_id=team, is_lead=lead, valid_from=since, valid_to=until
            )
            for team, lead, since, until in row.before["memberships"]
        ]
    ReportingLine.objects.filter(person__in=back).delete()
    TeamMembership.objects.filter(person__in=back).delete()
    ReportingLine.objects.bulk_create(lines)
    TeamMembership.objects.bulk_create(memberships)


def _restore_person(
    row: ImportRow, person: Person, *, by: Person | None, report: UndoReport
) -> None:
    changes = row.changes or {}
    back: dict[str, Any] = {}
    for name in people.FIELDS:
        if name not in changes:
            continue
        before, after = changes[name]
        current = getattr(person, name)
        if (current.isoformat() if isinstance(current, date) else current) != after:
            report.keep(f"{person}: {name.replace('_', ' ')} was edited since, so it stays.")
        else:
            back[name] = date.fromisoformat(before) if name == "started_on" and before else before
    if back:
        people_service.edit_person(person, by=by, **back)
        report.restored += 1
    if "roles" in changes:
        before, after = changes["roles"]
        if sorted(person.role_grants.values_list("role", flat=True)) == after:
            people_service.set_roles(person, by=by, roles=before)
            report.restored += 1
        else:
            report.keep(f"{person}: roles were changed since, so they stay.")


def _remove_people(created: list[Person], *, by: Person | None, report: UndoReport) -> None:
    """Delete people nobody needs yet; say of the others that they stay."""
    ids = [person.pk for person in created]
    own = ("org_rolegrant", "org_reportingclosure")
    held = pointed_at("org_person", ids, but=own)
    for person in created:
        if person.pk in held:
            report.keep(
                f"{person}: used since, so the person stays. Deactivate them if they should go."
            )
        else:
            audit.record(
                by, "person.remove", person, reason="The import that added them was undone"
            )
            drop_computed("org_person", [person.pk])
            person.role_grants.all().delete()
            execute("DELETE FROM org_reportingclosure WHERE descendant_id = %s", [person.pk])
            execute("DELETE FROM org_person WHERE id = %s", [person.pk])
            report.removed += 1
