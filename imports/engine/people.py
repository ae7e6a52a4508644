"""People: staged rows against the people here; then people, lines and memberships written."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from imports.engine.comparing import RowOutcome, fill_found_from
from imports.engine.options import Options
from imports.engine.references import norm
from imports.enums import RowAction
from imports.models import ImportRow, ImportRun, ImportStagedRow
from org.models.people import Person, ReportingLine
from org.models.teams import TeamMembership
from org.querysets import on_day

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
    judging = Judging(
        desk=desk,
        options=options,
        actor=run.started_by_id or run.created_by_id,
        leads=leads(staged),
        circles=in_circles(staged, desk, options),
    )
    first: dict[str, ImportStagedRow] = {}
    found = []
    for row in staged:
        above = first.setdefault(row.key, row)
        if above is row:
            found.append(judging.judge(row))
            continue
        same = above.data == row.data
        reason = "" if same else f"Row {above.row} is the same person with other values."
        found.append(
            RowOutcome(row.row, RowAction.PART if same else RowAction.REFUSE, reason=reason)
        )
    fill_found_from(found)


def leads(staged: list[ImportStagedRow]) -> set[tuple[str, int]]:
    """Return (manager's name, team) for all who manage somebody of the file in that team."""
    return {
        (norm(row.data["manager_name"]), row.data["team_id"])
        for row in staged
        if "team_id" in row.data and "manager_name" in row.data
    }


@dataclass(slots=True)
class Judging:
    """Says of each row what becomes of it. ``actor`` may not change their own standing."""

    desk: Desk
    options: Options
    actor: int | None
    leads: set[tuple[str, int]]
    circles: set[int]
    taken: dict[int, int] = field(default_factory=dict)

    def judge(self, row: ImportStagedRow) -> RowOutcome:
        target, reason = self.desk.match(row.data)
        if target is not None and (other := self.taken.setdefault(target, row.row)) != row.row:
            reason = f"Row {other} is the same person here."
        reason = reason or _clash(self.desk, row.data, target)
        if row.row in self.circles:
            reason = "The managers of the file would form a circle with this row."
        if target is None:
            return RowOutcome(
                row.row, RowAction.REFUSE if reason else RowAction.CREATE, reason=reason
            )
        changes = self._changes(self.desk.people[target], row.data)
        if target == self.actor and changes.keys() & {"roles", "manager_id", "team"}:
            reason = "Nobody imports their own roles, manager or team."
        if reason:
            return RowOutcome(row.row, RowAction.REFUSE, reason=reason)
        if not changes:
            return RowOutcome(row.row, RowAction.LEAVE, target)
        return RowOutcome(row.row, RowAction.CHANGE, target, json.dumps(changes))

    def _changes(self, person: Person, data: dict[str, Any]) -> dict[str, list[Any]]:
        """Return what the row would change of the person, as {field: [before, after]}."""
        changes: dict[str, list[Any]] = {}
        for name in FIELDS:
            before = getattr(person, name)
            plain = before.isoformat() if isinstance(before, date) else before
            if name in data and data[name] != plain:
                changes[name] = [plain, data[name]]
        roles = self.desk.roles[person.pk]
        if "roles" in data and data["roles"] != roles:
            changes["roles"] = [roles, data["roles"]]
        return changes | self._moved(person, data)

    def _moved(self, person: Person, data: dict[str, Any]) -> dict[str, list[Any]]:
        changes: dict[str, list[Any]] = {}
        day = line_day(self.options, data)
        manager = data.get("manager_id")
        if manager is not None or "manager_text" in data:
            line = ReportingLine.objects.filter(on_day(day), person=person).first()
            before = line.manager_id if line else None
            if before != manager:
                changes["manager_id"] = [before, manager or data["manager_text"]]
        if "team_id" in data:
            row = TeamMembership.objects.filter(on_day(day), person=person).first()
            held = [row.team_id, row.is_lead] if row else None
            stays_lead = bool(row and row.team_id == data["team_id"] and row.is_lead)
            is_lead = any((name, data["team_id"]) in self.leads for name in names(data))
            if held != (wanted := [data["team_id"], is_lead or stays_lead]):
                changes["team"] = [held, wanted]
        return changes


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


def names(data: dict[str, Any]) -> set[str]:
    return {
        norm(str(data[name])) for name in ("full_name", "email", "external_id") if data.get(name)
    }


def in_circles(staged: list[ImportStagedRow], desk: Desk, options: Options) -> set[int]:
    """Return the rows whose managers would, with the lines that stay, report to them."""
    who = {row.row: desk.match(row.data)[0] or f"row {row.row}" for row in staged}
    known: dict[str, Any] = {}
    for row in staged:
        for name in names(row.data):
            known.setdefault(name, who[row.row])
    above: dict[Any, Any] = {
        line.person_id: line.manager_id
        for line in ReportingLine.objects.filter(on_day(options.as_of))
    }
    for row in staged:
        if "manager_text" in row.data:
            above[who[row.row]] = known.get(row.data["manager_text"])
        elif "manager_id" in row.data:
            above[who[row.row]] = row.data["manager_id"]
    return {number for number, person in who.items() if _reaches_itself(person, above)}


def _reaches_itself(person: Any, above: dict[Any, Any]) -> bool:
    seen, step = {person}, above.get(person)
    while step is not None and step not in seen:
        seen.add(step)
        step = above.get(step)
    return bool(step == person)


def lock(run: ImportRun) -> None:
    """Lock the people that the plan knows."""
    targets = ImportRow.objects.filter(run=run, target__isnull=False).values("target")
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=targets).order_by("pk"))
