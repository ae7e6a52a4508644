"""The columns of org's lists, for the page and the download alike."""

from typing import Any

from kit.tables import Column
from org.models.audit import AuditEntry
from org.models.people import Person, role_names
from org.reports import set_up as reports


def sign_in_words(person: Person) -> str:
    """Say in a word or two how a person's sign-in stands."""
    if not person.is_active:
        return "Left"
    if person.email is None:
        return "No address"
    if not person.has_usable_password():
        return "No password yet"
    return "Ready" if person.last_login else "Never signed in"


def sign_in_tone(person: Person) -> str:
    tones = {"Ready": "good", "Left": "neutral", "Never signed in": "neutral"}
    return tones.get(sign_in_words(person), "warn")


def _roles(person: Any) -> str:
    return role_names(person.held_roles)


def change_words(entry: AuditEntry) -> str:
    """Return the changed fields as "team: North → South; since: — → 2026-03-01"."""
    parts = [
        f"{field.replace('_', ' ')}: {_shown(before)} → {_shown(after)}"
        for field, (before, after) in entry.changes.items()
    ]
    return "; ".join(parts)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(value)


DIRECTORY = [
    Column(
        key="name", label="Name", sort="full_name", value=str, href=lambda p: p.get_absolute_url()
    ),
    Column(key="title", label="Job title", sort="title"),
    Column(key="team", label="Team", sort="team_name", value=lambda p: p.team_name),
    Column(key="manager", label="Reports to", sort="manager_name", value=lambda p: p.manager_name),
    Column(key="roles", label="Roles", value=_roles),
    Column(key="email", label="E-mail", sort="email"),
]
PEOPLE = [
    *DIRECTORY,
    Column(key="started_on", label="Started", kind="day", sort="started_on"),
    Column(key="sign_in", label="Sign-in", kind="badge", value=sign_in_words, tone=sign_in_tone),
    Column(key="last_login", label="Last signed in", kind="moment", sort="last_login"),
]
PEOPLE_FILE = [
    *PEOPLE,
    Column(key="left_on", label="Left", kind="day"),
    Column(key="external_id", label="Id in another system"),
]

AUDIT = [
    Column(key="at", label="When", kind="moment"),
    Column(key="actor", label="Who", value=lambda e: str(e.actor) if e.actor else reports.SYSTEM),
    Column(key="action", label="Deed", value=lambda e: reports.action_words(e.action)),
    Column(key="subject", label="About", value=lambda e: e.subject_label),
    Column(key="changes", label="From → to", value=change_words),
    Column(key="reason", label="Reason"),
]
