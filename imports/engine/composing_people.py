"""People from rows: names, roles, and whom and which team they belong to."""

import re
from dataclasses import dataclass
from typing import Any

from imports.engine.composing import RowError, Setting, Values, filled, full_name, key_of
from imports.engine.references import Resolver, norm
from imports.engine.staging import Staged
from imports.enums import ImportSubject
from imports.models import ImportRun, ImportStagedRow
from org.enums import ROLE_LABELS, Role

_ROLES = {
    **{label.casefold(): str(role) for role, label in ROLE_LABELS.items()},
    **{str(role): str(role) for role in Role},
    "sales rep": "rep",
    "sales representative": "rep",
    "account executive": "rep",
    "sales manager": "manager",
    "team lead": "manager",
    "sales operations": "admin",
    "administrator": "admin",
    "executive": "executive",
}


@dataclass(slots=True)
class PersonComposer:
    """People. A manager may stand in the same file, above or below those who report to them."""

    setting: Setting
    names: set[str]

    def compose(self, row: int, values: Values) -> Staged:
        options = self.setting.options
        name = full_name(values)
        data = filled(values, "external_id", "email", "title", "started_on")
        data["full_name"] = name
        if (roles := values.get("roles")) is not None:
            data["roles"] = self._roles(roles)
        data |= self._manager(values, name)
        data |= self._team(values)
        key = key_of(options, values, values.get("email") or name)
        return Staged(row, key, data)

    def _roles(self, text: str) -> list[str]:
        found = set()
        for word in re.split(r"[;,/|]", text):
            cleaned = " ".join(word.casefold().split())
            if not cleaned:
                continue
            if cleaned not in _ROLES:
                known = ", ".join(str(role) for role in Role)
                raise RowError("roles", f"“{word.strip()}” is no role: {known}.")
            found.add(_ROLES[cleaned])
        return sorted(found)

    def _manager(self, values: Values, name: str) -> dict[str, Any]:
        text = values.get("manager")
        if text is None:
            return {}
        own = {norm(str(values[key])) for key in ("external_id", "email") if values.get(key)}
        if norm(text) in own | {norm(name)}:
            raise RowError("manager", "Nobody reports to themself.")
        resolver = self.setting.resolvers["manager"]
        resolver.prepare([text])
        if norm(text) in self.names and not resolver.known[text].ids:
            return {"manager_text": norm(text), "manager_name": text}
        manager = self.setting.resolved(values, "manager")
        return {} if manager is None else {"manager_id": manager, "manager_name": text}

    def _team(self, values: Values) -> dict[str, Any]:
        office = self.setting.resolved(values, "office")
        if values.get("team") is not None:
            return self._named_team(values, office)
        if office is None:
            return {}
        if (manager := values.get("manager")) is None:
            return {"team_id": office}
        # An office holds a team for each manager who works there.
        name = f"{manager}'s team"
        resolver: Resolver = self.setting.resolvers["team"]
        resolver.prepare([name])
        if ids := resolver.known[name].ids:
            return {"team_id": ids[0]}
        made = resolver.creations.number(str(ImportSubject.TEAM), name, {"parent": office})
        return {"team_id": made}

    def _named_team(self, values: Values, office: int | None) -> dict[str, Any]:
        team = self.setting.resolved(values, "team")
        if team is None:
            return {}
        if team < 0 and office is not None:
            detail = self.setting.resolvers["team"].creations
            detail.detail(str(ImportSubject.TEAM), values["team"])["parent"] = office
        return {"team_id": team}

    def finish(self, run: ImportRun) -> None:
        """Give people without stated roles theirs: those named as managers manage, others sell."""
        if self.setting.options.maps("roles"):
            return
        staged = list(ImportStagedRow.objects.filter(run=run))
        named = {row.data["manager_text"] for row in staged if "manager_text" in row.data}
        for row in staged:
            own = {
                norm(str(row.data[key]))
                for key in ("full_name", "email", "external_id")
                if row.data.get(key)
            }
            row.data["made_roles"] = ["manager"] if own & named else ["rep"]
        ImportStagedRow.objects.bulk_update(staged, ["data"], batch_size=500)
