"""A deal that two people edited at once: both values of each field."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kit import display
from pipeline.activities.reports.timeline import TimelineEntry, deal_timeline
from pipeline.deals.declared import DECLARED, EDITABLE
from pipeline.deals.models.deals import Deal
from pipeline.deals.services.checks import reason_label

# The history keeps these under the name of what they decide.
KEPT_AS = {"currency": "amount", "category_override": "category"}


@dataclass(frozen=True, slots=True)
class DealFieldDifference:
    """A field with the author's value, the stored value, and who stored it.

    ``contested``: the stored value is not the one that the author saw, so somebody changed it
    meanwhile; ``entry`` is the change in the deal's story, where it tells it. ``choosable``: the
    field can still be set, the deal being as it is now.
    """

    field: str
    label: str
    mine: str
    stored: str
    contested: bool
    choosable: bool
    entry: TimelineEntry | None


@dataclass(frozen=True, slots=True)
class DealEditConflict:
    """A deal as it is now, the author's clashing fields, and what else happened meanwhile."""

    current: Deal
    clashes: list[DealFieldDifference]
    meanwhile: list[TimelineEntry]


def edit_conflict(
    current: Deal,
    attempted: Mapping[str, Any],
    *,
    contested: Collection[str],
    choosable: Collection[str],
    seen: datetime | None,
) -> DealEditConflict:
    """Compare attempted values with stored ones; the author read them at ``seen``."""
    timeline = deal_timeline(current, limit=None)
    clashes = [
        DealFieldDifference(
            field=field,
            label=DECLARED[field].label,
            mine=words(field, mine),
            stored=words(field, getattr(current, field)),
            contested=field in contested,
            choosable=field in choosable,
            entry=timeline.last_change(KEPT_AS.get(field, field)) if field in contested else None,
        )
        for field, mine in attempted.items()
        if field in EDITABLE and field != "external_id" and getattr(current, field) != mine
    ]
    return DealEditConflict(current, clashes, _since(timeline.entries, seen))


def words(field: str, value: Any) -> str:
    """Return a field's value as it reads on a page; "" for none."""
    if value is None or value == "":
        return ""
    if field == "amount":
        return display.money_exact(value)
    if field == "lost_reason":
        return reason_label(value) or str(value)
    if field == "category_override":
        return str(value).replace("_", " ").capitalize()
    return display.day(value) if isinstance(value, date) else str(value)


def _since(entries: list[TimelineEntry], seen: datetime | None) -> list[TimelineEntry]:
    """Return the changes after ``seen``; the newest one where that is not known."""
    changes = [entry for entry in entries if entry.activity is None]
    return [entry for entry in changes if entry.at > seen] if seen else changes[:1]
