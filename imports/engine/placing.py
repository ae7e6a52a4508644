"""Writing imported people: who is new, what changes, then reporting lines and teams."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from imports.engine.options import Options
from imports.engine.people import FIELDS, leads, line_day, names
from imports.engine.references import norm
from imports.enums import ImportSubject, RowAction
from imports.models import ImportCreation, ImportKept, ImportRow, ImportRun, ImportStagedRow
from org.models.people import Person, ReportingLine
from org.models.teams import Team, TeamMembership
from org.services import people as people_service
from org.services import places as assignments


@dataclass(slots=True)
class Placing:
    """Writes the people of a run and then their places, once everybody is there."""

    run: ImportRun
    by: Person | None
    options: Options
    staged: dict[int, ImportStagedRow] = field(default_factory=dict)
    made: dict[str, int] = field(default_factory=dict)
    created: dict[tuple[str, int], int] = field(default_factory=dict)
    fresh: set[int] = field(default_factory=set)
    leads: set[tuple[str, int]] = field(default_factory=set)
    lines: list[ReportingLine] = field(default_factory=list)
    memberships: dict[int, tuple[int, bool, date]] = field(default_factory=dict)

    def write(self) -> None:
        self.staged = {row.row: row for row in ImportStagedRow.objects.filter(run=self.run)}
        self.leads = leads(list(self.staged.values()))
        self._know_made()
        wanted = [RowAction.CREATE, RowAction.CHANGE]
        rows = list(ImportRow.objects.filter(run=self.run, action__in=wanted).order_by("row"))
        for row in rows:
            if row.action == RowAction.CREATE:
                self._create(row)
            else:
                self._edit(row)
        for row in ImportRow.objects.filter(run=self.run, action=RowAction.LEAVE):
            self._know(row)
        for row in rows:
            self._know(row)
        self._place(rows)
        ImportRow.objects.bulk_update(rows, ["target", "changes"])

    def _know_made(self) -> None:
        """Learn the ids of what was made on the way."""
        for creation in ImportCreation.objects.filter(run=self.run, target__isnull=False):
            pk = int(creation.target or 0)
            self.created[creation.subject, -creation.number] = pk
            if creation.subject == ImportSubject.PERSON:
                self.fresh.add(pk)
                self.made.setdefault(norm(creation.name), pk)

    def _know(self, row: ImportRow) -> None:
        for name in names(self.staged[row.row].data):
            if row.target:
                self.made.setdefault(name, row.target)

    def _create(self, row: ImportRow) -> None:
        data = self.staged[row.row].data
        started = data.get("started_on")
        person = people_service.create_person(
            by=self.by,
            full_name=data["full_name"],
            email=data.get("email"),
            roles=data.get("roles") or data.get("made_roles") or (),
            started_on=date.fromisoformat(started) if started else None,
            title=data.get("title", ""),
            external_id=data.get("external_id"),
        )
        row.target = person.pk
        row.changes = {name: [None, data.get(name)] for name in FIELDS}
        self.fresh.add(person.pk)

    def _edit(self, row: ImportRow) -> None:
        changes = row.changes or {}
        person = Person.objects.get(pk=row.target)
        plain = {name: changes[name][1] for name in FIELDS if name in changes}
        if plain.get("started_on"):
            plain["started_on"] = date.fromisoformat(plain["started_on"])
        if plain:
            people_service.edit_person(person, by=self.by, **plain)
        if "roles" in changes:
            people_service.set_roles(person, by=self.by, roles=changes["roles"][1])

    def _place(self, rows: list[ImportRow]) -> None:
        """Set lines and memberships: those of new people at once, changed ones by the service."""
        touched = {row.target for row in rows if row.target} | self.fresh
        before = snapshot(touched)
        for row in rows:
            data = self.staged[row.row].data
            since = self._since(row, data)
            if (manager := self._manager(data)) is not None:
                self._report(row, manager, since)
            if (team := self._ref("team", data.get("team_id"))) is not None:
                self._join(row, team, since, lead=self._is_lead(row, data))
        for manager, team in self._made_leads(rows):
            self.memberships.setdefault(manager, (team, True, self.options.since))
        ReportingLine.objects.bulk_create(self.lines)
        TeamMembership.objects.bulk_create(
            TeamMembership(person_id=person, team_id=team, is_lead=lead, valid_from=since)
            for person, (team, lead, since) in self.memberships.items()
        )
        self._keep(before, snapshot(touched))

    def _keep(self, before: dict[int, Any], after: dict[int, Any]) -> None:
        """Note whose places changed, for undoing."""
        ImportKept.objects.bulk_create(
            ImportKept(
                run=self.run,
                table="places",
                target=person,
                before=before[person],
                after=after[person],
            )
            for person in sorted(before)
            if before[person] != after[person]
        )

    def _since(self, row: ImportRow, data: dict[str, Any]) -> date:
        """Return the day a place holds from: the start, else ever; the file's day for a change."""
        started = data.get("started_on")
        if row.target in self.fresh or not _is_placed(row.target):
            return date.fromisoformat(started) if started else self.options.since
        return line_day(self.options, data)

    def _manager(self, data: dict[str, Any]) -> int | None:
        if "manager_text" in data:
            return self.made.get(data["manager_text"])
        return self._ref("person", data.get("manager_id"))

    def _ref(self, subject: str, value: int | None) -> int | None:
        return self.created[subject, value] if value is not None and value < 0 else value

    def _is_lead(self, row: ImportRow, data: dict[str, Any]) -> bool:
        if row.action == RowAction.CHANGE and "team" in (row.changes or {}):
            return bool((row.changes or {})["team"][1][1])
        return any((name, data["team_id"]) in self.leads for name in names(data))

    def _made_leads(self, wanted: list[ImportRow]) -> list[tuple[int, int]]:
        """Return (person, team) for managers made on the way: they lead their people's team."""
        found: dict[int, int | None] = {}
        for row in wanted:
            data = self.staged[row.row].data
            manager, team = data.get("manager_id"), data.get("team_id")
            if manager is not None and manager < 0 and team is not None:
                found.setdefault(self.created["person", manager], self._ref("team", team))
        return [(person, team) for person, team in found.items() if team is not None]

    def _report(self, row: ImportRow, manager: int, since: date) -> None:
        if row.target in self.fresh:
            line = ReportingLine(person_id=row.target, manager_id=manager, valid_from=since)
            self.lines.append(line)
            return
        if "manager_id" not in (row.changes or {}):
            return
        assignments.report_to(
            Person.objects.get(pk=row.target),
            by=self.by,
            manager=Person.objects.get(pk=manager),
            since=since,
        )
        (row.changes or {})["manager_id"][1] = manager

    def _join(self, row: ImportRow, team: int, since: date, *, lead: bool) -> None:
        if row.target in self.fresh:
            self.memberships[row.target or 0] = (team, lead, since)
            return
        if "team" not in (row.changes or {}):
            return
        assignments.join_team(
            Person.objects.get(pk=row.target),
            by=self.by,
            team=Team.objects.get(pk=team),
            since=since,
            is_lead=lead,
        )
        (row.changes or {})["team"][1] = [team, lead]


def _is_placed(person: int | None) -> bool:
    return (
        ReportingLine.objects.filter(person=person).exists()
        or TeamMembership.objects.filter(person=person).exists()
    )


def snapshot(people: set[int]) -> dict[int, dict[str, list[list[Any]]]]:
    """Return each person's reporting lines and memberships, as plain values, in their order."""
    found: dict[int, dict[str, list[list[Any]]]] = {
        person: {"lines": [], "memberships": []} for person in people
    }
    for line in ReportingLine.objects.filter(person__in=people).order_by("valid_from"):
        found[line.person_id]["lines"].append(
            [line.manager_id, str(line.valid_from), line.valid_to and str(line.valid_to)]
        )
    for row in TeamMembership.objects.filter(person__in=people).order_by("valid_from"):
        found[row.person_id]["memberships"].append(
            [row.team_id, row.is_lead, str(row.valid_from), row.valid_to and str(row.valid_to)]
        )
    return found
