"""The columns of org's lists, for the page and the download alike."""

from decimal import Decimal
from typing import Any

from kit.display import count, money_exact
from kit.tables import Column
from org.enums import MEASURE_LABELS, Measure
from org.models.audit import AuditEntry
from org.models.people import Person, role_names
from org.models.quotas import Quota
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
    Column("name", "Name", value=str, sort="full_name", href="get_absolute_url"),
    Column("title", "Job title", sort="title"),
    Column("team", "Team", value="team_name", sort="team_name"),
    Column("manager", "Reports to", value="manager_name", sort="manager_name"),
    Column("roles", "Roles", value=_roles),
    Column("email", "E-mail", sort="email"),
]
PEOPLE = [
    *DIRECTORY,
    Column("started_on", "Started", "day", sort="started_on"),
    Column("sign_in", "Sign-in", "badge", sign_in_words, tone=sign_in_tone),
    Column("last_login", "Last signed in", "moment", sort="last_login"),
]
PEOPLE_FILE = [
    *PEOPLE,
    Column("left_on", "Left", "day"),
    Column("external_id", "Id in another system"),
]

AUDIT = [
    Column("at", "When", "moment"),
    Column("actor", "Who", value=lambda e: str(e.actor) if e.actor else reports.SYSTEM),
    Column("action", "Deed", value=lambda e: reports.action_words(e.action)),
    Column("subject", "About", value="subject_label"),
    Column("changes", "From → to", value=change_words),
    Column("reason", "Reason"),
]


def _words(target: Decimal | None, measure: str) -> str | None:
    if target is None:
        return None
    return money_exact(target) if measure == Measure.BOOKINGS else count(target)


def _from(quota: Quota) -> str | None:
    return _words(getattr(quota, "before", None), quota.measure)


def _to(quota: Quota) -> str:
    return _words(quota.target, quota.measure) or "Withdrawn"


VERSIONS = [
    Column("set_at", "When", "moment", sort="set_at"),
    Column("period", "Period", value="period.label", sort="period__start_on"),
    Column(
        "measure", "Of", value=lambda quota: MEASURE_LABELS[Measure(quota.measure)], sort="measure"
    ),
    Column("before", "From", value=_from, align="end"),
    Column("target", "To", value=_to, sort="target", align="end"),
    Column("reason", "Why"),
    Column(
        "set_by",
        "Who",
        value=lambda q: str(q.set_by) if q.set_by else "The system",
        sort="set_by__full_name",
    ),
]
