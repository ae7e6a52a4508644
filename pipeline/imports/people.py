"""People: staged rows against the people here; then people, lines and memberships by org's services."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from org.models.people import Person, ReportingLine
from org.models.teams import Team, TeamMembership
from org.querysets import on_day
from org.services import people as people_service
from pipeline.enums import ImportSubject, RowAction
from pipeline.imports.comparing import Found, fill_found_from
from pipeline.imports.options import Options
from pipeline.imports.references import norm
from pipeline.models.imports import (
    ImportCreation,
    ImportKept,
    ImportRow,
    ImportRun,
    ImportStagedRow,
)

FIELDS = ("external_id", "full_name", "email", "title", "started_on")


@dataclass(slots=True)
class Desk:
    """The people here, by what rows know them by, with their roles, managers and teams."""

    people: dict[int, Person] = field(default_factory=dict)
    by_id: dict[str, int] = field(default_factory=dict)
    by_email: dict[str, int] = field(default_factory=dict)
    by_name: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    roles: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def load(cls) -> "Desk":
        desk = cls()
        for person in Person.objects.order_by("pk").prefetch_related("role_grants"):
            desk.people[person.pk] = person
            if person.external_id:
                desk.by_id[person.external_id] = person.pk
            if person.email:
                desk.by_email[person.email.lower()] = person.pk
            desk.by_name[norm(person.full_name)].append(person.pk)
            desk.roles[person.pk] = sorted(grant.role for grant in person.role_grants.all())
        return desk

    def match(self, data: dict[str, Any]) -> tuple[int | None, str]:
        """Return who the row is, or why that cannot be said."""
        ident, email = data.get("external_id"), data.get("email")
        if ident and ident in self.by_id:
            return self.by_id[ident], ""
        if email and email in self.by_email:
            return self.by_email[email], ""
        alike = [
            pk
            for pk in self.by_name.get(norm(data["full_name"]), [])
            if not (ident and self.people[pk].external_id) and not (email and self.people[pk].email)
        ]
        if len(alike) > 1:
            return None, f"{len(alike)} people here have this name: give an e-mail address or id."
        return (alike[0] if alike else None), ""


def line_day(options: Options, data: dict[str, Any]) -> date:
    """Return the day on which a row's manager and team are those of the file."""
    started = date.fromisoformat(data["started_on"]) if "started_on" in data else options.as_of
    return max(options.as_of, started)


def compare(run: ImportRun, options: Options) -> None:
    """Find what becomes of each staged person."""
    desk = Desk.load()
    staged = list(ImportStagedRow.objects.filter(run=run).order_by("row"))
    leads = _leads(staged)
    circles = _in_circles(staged, desk, options)
    first: dict[str, ImportStagedRow] = {}
    taken: dict[int, int] = {}
    found = []
    for row in staged:
        above = first.setdefault(row.key, row)
        if above is not row:
            same = above.data == row.data
            reason = "" if same else f"Row {above.row} is the same person with other values."
            action = RowAction.PART if same else RowAction.REFUSE
            found.append(Found(row.row, action, reason=reason))
            continue
        found.append(_judge(run, row, desk, options, leads, circles, taken))
    fill_found_from(found)


def _judge(
    run: ImportRun,
    row: ImportStagedRow,
    desk: Desk,
    options: Options,
    leads: set[tuple[str, int]],
    circles: set[int],
    taken: dict[int, int],
) -> Found:
    target, reason = desk.match(row.data)
    if target is not None and (other := taken.setdefault(target, row.row)) != row.row:
        reason = f"Row {other} is the same person here."
    reason = reason or _clash(desk, row.data, target)
    if row.row in circles:
        reason = "The managers of the file would form a circle with this row."
    changes = _changes(desk, row.data, target, options, leads)
    if (
        target is not None
        and target == (run.started_by_id or run.created_by_id)
        and changes.keys() & {"roles", "manager_id", "team"}
    ):
        reason = "Nobody imports their own roles, manager or team."
    if reason:
        return Found(row.row, RowAction.REFUSE, reason=reason)
    if target is None:
        return Found(row.row, RowAction.CREATE)
    if not changes:
        return Found(row.row, RowAction.LEAVE, target)
    return Found(row.row, RowAction.CHANGE, target, json.dumps(changes))


def _clash(desk: Desk, data: dict[str, Any], target: int | None) -> str:
    """Return why the person cannot have these values: somebody else has them, or days disagree."""
    for name, known in (("email", desk.by_email), ("external_id", desk.by_id)):
        holder = known.get(data.get(name, ""))
        if holder is not None and holder != target:
            return f"{desk.people[holder]} already has this {name.replace('_', ' ')}."
    if target is None:
        return ""
    person = desk.people[target]
    if not person.is_active:
        return f"{person} has left. Take them back first."
    return ""


def _leads(staged: list[ImportStagedRow]) -> set[tuple[str, int]]:
    """Return (manager's name, team) for all who manage somebody of the file in that team."""
    return {
        (norm(row.data["manager_name"]), row.data["team_id"])
        for row in staged
        if "team_id" in row.data and "manager_name" in row.data
    }


def _names(data: dict[str, Any]) -> set[str]:
    return {
        norm(str(data[name])) for name in ("full_name", "email", "external_id") if data.get(name)
    }


def _changes(
    desk: Desk,
    data: dict[str, Any],
    target: int | None,
    options: Options,
    leads: set[tuple[str, int]],
) -> dict[str, list[Any]]:
    """Return what the row would change of the person, as {field: [before, after]}."""
    if target is None:
        return {}
    person = desk.people[target]
    changes: dict[str, list[Any]] = {}
    for name in FIELDS:
        before = getattr(person, name)
        plain = before.isoformat() if isinstance(before, date) else before
        if name in data and data[name] != plain:
            changes[name] = [plain, data[name]]
    if "roles" in data and data["roles"] != desk.roles[target]:
        changes["roles"] = [desk.roles[target], data["roles"]]
    day = line_day(options, data)
    manager = data.get("manager_id")
    if manager is not None or "manager_text" in data:
        line = ReportingLine.objects.filter(on_day(day), person=target).first()
        before = line.manager_id if line else None
        if before != manager:
            changes["manager_id"] = [before, manager or data["manager_text"]]
    if "team_id" in data:
        membership = TeamMembership.objects.filter(on_day(day), person=target).first()
        held = [membership.team_id, membership.is_lead] if membership else None
        is_lead = any((name, data["team_id"]) in leads for name in _names(data))
        wanted = [data["team_id"], is_lead or bool(held and held[0] == data["team_id"] and held[1])]
        if held != wanted:
            changes["team"] = [held, wanted]
    return changes


def _in_circles(staged: list[ImportStagedRow], desk: Desk, options: Options) -> set[int]:
    """Return the rows whose managers would, with the lines that stay, report to them."""
    above: dict[Any, Any] = {
        line.person_id: line.manager_id
        for line in ReportingLine.objects.filter(on_day(options.as_of))
    }
    known: dict[str, Any] = {}
    rows: dict[Any, int] = {}
    for row in staged:
        who = desk.match(row.data)[0] or f"row {row.row}"
        rows[who] = row.row
        for name in _names(row.data):
            known.setdefault(name, who)
    for row in staged:
        who = desk.match(row.data)[0] or f"row {row.row}"
        if "manager_text" in row.data:
            above[who] = known.get(row.data["manager_text"])
        elif "manager_id" in row.data:
            above[who] = row.data["manager_id"]
    circles = set()
    for who, number in rows.items():
        seen, step = {who}, above.get(who)
        while step is not None and step not in seen:
            seen.add(step)
            step = above.get(step)
        if step == who:
            circles.add(number)
    return circles


def lock(run: ImportRun) -> None:
    """Lock the people that the plan knows."""
    targets = ImportRow.objects.filter(run=run, target__isnull=False).values("target")
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=targets).order_by("pk"))


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

    def write(self) -> None:
        self.staged = {row.row: row for row in ImportStagedRow.objects.filter(run=self.run)}
        for creation in ImportCreation.objects.filter(run=self.run):
            if creation.target is not None:
                self.created[creation.subject, -creation.number] = creation.target
                if creation.subject == ImportSubject.PERSON:
                    self.fresh.add(creation.target)
                    self.made.setdefault(norm(creation.name), creation.target)
        rows = list(ImportRow.objects.filter(run=self.run).order_by("row"))
        for row in rows:
            if row.action == RowAction.CREATE:
                self._create(row)
        for row in rows:
            if row.action == RowAction.CHANGE:
                self._edit(row)
        for row in rows:
            for name in _names(self.staged[row.row].data):
                if row.target:
                    self.made.setdefault(name, row.target)
        self._place(rows)
        ImportRow.objects.bulk_update(
            [row for row in rows if row.action in {RowAction.CREATE, RowAction.CHANGE}],
            ["target", "changes"],
        )

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
        """Set lines and memberships: those of new people all at once, changed ones by the service."""
        wanted = [row for row in rows if row.action in {RowAction.CREATE, RowAction.CHANGE}]
        touched = {row.target for row in wanted if row.target} | self.fresh
        before = snapshot(touched)
        lines, memberships = [], {}
        for row in wanted:
            data = self.staged[row.row].data
            since = self._since(row, data)
            if (manager := self._manager(data)) is not None:
                if row.target in self.fresh:
                    lines.append(
                        ReportingLine(person_id=row.target, manager_id=manager, valid_from=since)
                    )
                elif "manager_id" in (row.changes or {}):
                    self._report(row, manager, since)
            if (team := self._ref("team", data.get("team_id"))) is not None:
                lead = self._is_lead(row, data)
                if row.target in self.fresh:
                    memberships[row.target] = (team, lead, since)
                elif "team" in (row.changes or {}):
                    self._join(row, team, since, lead=lead)
        for manager, team in self._made_leads(wanted):
            memberships.setdefault(manager, (team, True, self.options.since))
        ReportingLine.objects.bulk_create(lines)
        TeamMembership.objects.bulk_create(
            TeamMembership(person_id=person, team_id=team, is_lead=lead, valid_from=since)
            for person, (team, lead, since) in memberships.items()
        )
        after = snapshot(touched)
        ImportKept.objects.bulk_create(
            ImportKept(
                run=self.run,
                table="places",
                target=person,
                before=before[person],
                after=after[person],
            )
            for person in sorted(touched)
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
        leads = _leads(list(self.staged.values()))
        return any((name, data["team_id"]) in leads for name in _names(data))

    def _made_leads(self, wanted: list[ImportRow]) -> list[tuple[int, int]]:
        """Return (person, team) for managers who were made on the way: they lead their people's team."""
        found: dict[int, int | None] = {}
        for row in wanted:
            data = self.staged[row.row].data
            manager, team = data.get("manager_id"), data.get("team_id")
            if manager is not None and manager < 0 and team is not None:
                found.setdefault(self.created["person", manager], self._ref("team", team))
        return [(person, team) for person, team in found.items() if team is not None]

    def _report(self, row: ImportRow, manager: int, since: date) -> None:
        people_service.report_to(
            Person.objects.get(pk=row.target),
            by=self.by,
            manager=Person.objects.get(pk=manager),
            since=since,
        )
        (row.changes or {})["manager_id"][1] = manager

    def _join(self, row: ImportRow, team: int, since: date, *, lead: bool) -> None:
        people_service.join_team(
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
