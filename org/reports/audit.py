"""What the audit log shows."""

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from kit.periods import end_of_day, start_of_day
from org.models.audit import AuditEntry
from org.models.people import Person

SYSTEM = "The system"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries are asked for; ``until`` is included; empty values mean no restriction."""

    actor: str = ""
    action: str = ""
    about: str = ""
    since: date | None = None
    until: date | None = None
    subject: tuple[str, int] | None = None


def entries(viewer: Person, query: AuditQuery, *, time_zone: str) -> QuerySet[AuditEntry]:
    """Return the entries the viewer may see, newest first; days are those of the time zone."""
    rows = AuditEntry.objects.visible_to(viewer).select_related("actor")
    if query.actor:
        rows = rows.filter(actor__full_name__icontains=query.actor)
    if query.action:
        rows = rows.filter(action=query.action)
    if query.about:
        rows = rows.filter(subject_label__icontains=query.about)
    if query.since:
        rows = rows.filter(at__gte=start_of_day(query.since, zone=ZoneInfo(time_zone)))
    if query.until:
        rows = rows.filter(at__lte=end_of_day(query.until, zone=ZoneInfo(time_zone)))
    if query.subject:
        kind, number = query.subject
        rows = rows.filter(subject_type=kind, subject_id=number)
    return rows.order_by("-at", "-pk")


def action_choices(viewer: Person) -> list[tuple[str, str]]:
    """Return the deeds that occur in what the viewer may see, with their words."""
    rows = AuditEntry.objects.visible_to(viewer).order_by("action")
    return [
        (action, action_words(action))
        for action in rows.values_list("action", flat=True).distinct()
    ]


def action_words(action: str) -> str:
    """Turn "person.report_to" into "person: report to"."""
    return action.replace(".", ": ").replace("_", " ")


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
