"""The list of activities, a calendar before it is logged, and the timeline of a deal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from kit import display
from kit.tables import Sort
from org.models.audit import AuditEntry
from org.models.people import Person
from pipeline.activities.models import Activity, CalendarUpload
from pipeline.activities.services import logged_before
from pipeline.customers.models import Contact
from pipeline.deals.declared import TOLD_OF_LOG, TOLD_OF_VERSIONS
from pipeline.deals.models import Deal, DealContact, DealVersion
from pipeline.enums import ACTIVITY_LABELS, ActivityKind, Status
from pipeline.stages.models import Stage

# Nobody leafs through more, and each is looked up by its person and by the owner of its deal.
ACTIVITIES_CAP = 1_000


def activity_rows(viewer: Person) -> QuerySet:
    """Return the activities that the viewer may see, newest first, ready to be shown.

    ``deal_is_visible`` says whether the viewer may open the deal: a person below them may have
    worked on a deal that is not.
    """
    deals = Deal.objects.visible_to(viewer).filter(pk=OuterRef("deal"))
    rows = Activity.objects.visible_to(viewer).live()
    return rows.annotate(deal_is_visible=Exists(deals)).select_related(
        "person", "deal", "account", "contact"
    )


def activities_of(
    viewer: Person,
    *,
    person: int | None,
    kind: str,
    direction: str,
    since: datetime | None,
    before: datetime | None,
    sort: Sort,
) -> QuerySet:
    """Return the activities of [since, before) that the viewer may see, in order."""
    given = {
        "person": person,
        "kind": kind,
        "direction": direction,
        "occurred_at__gte": since,
        "occurred_at__lt": before,
    }
    rows: Any = activity_rows(viewer).filter(
        **{lookup: value for lookup, value in given.items() if value}
    )
    ordered: QuerySet = rows.in_order(sort.key, descending=sort.descending)
    return ordered


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting with the contact it was with and the open deals it may have been about.

    ``deal`` is the one that is suggested: the only one on which the contact plays a part, or
    the only one of their account. Nothing is suggested where several would do.
    """

    key: str
    title: str
    starts_at: datetime
    minutes: int
    contact: Contact
    more_contacts: int
    deals: Sequence[Deal]
    deal: Deal | None
    is_logged: bool


def calendar_rows(viewer: Person, upload: CalendarUpload) -> list[MeetingRow]:
    """Return the meetings that wait, in four statements whatever their number."""
    meetings = upload.meetings
    contacts = _contacts(viewer, {guest for meeting in meetings for guest in meeting["guests"]})
    deals, involved = _deals(viewer, list(contacts.values()))
    logged = logged_before(viewer, [meeting["key"] for meeting in meetings])
    rows = []
    for meeting in meetings:
        met = [contacts[guest] for guest in meeting["guests"] if guest in contacts]
        if met:
            rows.append(_row(meeting, met, deals, involved, is_logged=meeting["key"] in logged))
    return rows


def _row(
    meeting: Mapping[str, Any],
    met: Sequence[Contact],
    deals: Mapping[int, Sequence[Deal]],
    involved: set[tuple[int, int]],
    *,
    is_logged: bool,
) -> MeetingRow:
    there = deals.get(met[0].account_id, [])
    playing = [deal for deal in there if (deal.pk, met[0].pk) in involved]
    only = next((each for each in (playing, there) if each), [])
    return MeetingRow(
        key=meeting["key"],
        title=meeting["title"],
        starts_at=datetime.fromisoformat(meeting["starts_at"]),
        minutes=meeting["minutes"],
        contact=met[0],
        more_contacts=len(met) - 1,
        deals=there,
        deal=only[0] if len(only) == 1 else None,
        is_logged=is_logged,
    )


def _contacts(viewer: Person, addresses: set[str]) -> dict[str, Contact]:
    rows = Contact.objects.visible_to(viewer).live().annotate(address=Lower("email"))
    found = rows.filter(address__in=addresses).select_related("account").order_by("-pk")
    return {contact.address: contact for contact in found}


def _deals(
    viewer: Person, contacts: Sequence[Contact]
) -> tuple[dict[int, list[Deal]], set[tuple[int, int]]]:
    """Return the open deals by account, and which contact plays a part in which of them."""
    accounts = {contact.account_id for contact in contacts}
    deals: dict[int, list[Deal]] = {}
    for deal in Deal.objects.visible_to(viewer).open().filter(account__in=accounts).order_by("pk"):
        deals.setdefault(deal.account_id, []).append(deal)
    found = [deal.pk for group in deals.values() for deal in group]
    parts = DealContact.objects.filter(
        deal__in=found,
        contact__in=[contact.pk for contact in contacts],
        ended_at__isnull=True,
    )
    return deals, set(parts.values_list("deal_id", "contact_id"))


SHOWN = 25
ONE_DEED = timedelta(seconds=1)
WAYS = {
    "page": "",
    "api": "through the API",
    "import": "by an import",
    "task": "by a nightly job",
    "sql": "directly in the database",
}
# What else the story tells of a version, and where the names of its rows stand.
TOLD = (
    *TOLD_OF_VERSIONS, "currency", "exchange_rate_from", "archived", "status", "changed_by",
    "source", "reason", "deal", "valid_from", "valid_to",
)  # fmt: skip
NAMES = {
    "account": "account__name",
    "owner": "owner__full_name",
    "stage": "stage__name",
    "stage__pipeline": "stage__pipeline__name",
    "credited_to": "credited_to__full_name",
    "competitor": "competitor__name",
    "changed_by": "changed_by__full_name",
}
# What the versions do not keep, or did not from the beginning; the log does.
LOGGED = TOLD_OF_LOG | {
    "competitor": "Competitor",
    "lost_reason": "Lost reason",
    "contacts": "Contacts",
    "product line": "Product line",
}

# The reason of a closing always stood with the version of the move; who won did not.
TOLD_BY_VERSIONS = ("deal.create", "deal.move")
WITH_A_MOVE = ("competitor",)


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field's value before and after, in words; "" before a first value."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened. ``title`` says what, ``text`` is what a person wrote."""

    at: datetime
    who: Person | None
    title: str
    icon: str
    way: str = ""
    changes: tuple[FieldChange, ...] = ()
    reason: str = ""
    text: str = ""
    activity: Activity | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """The newest entries, and how many older ones are left out."""

    entries: list[TimelineEntry]
    older: int

    def last_change(self, field: str) -> TimelineEntry | None:
        """Return who last changed the field, and when, if an entry here says it."""
        for entry in self.entries:
            if any(change.field == field for change in entry.changes):
                return entry
        return None


def deal_timeline(
    deal: Deal, *, versions: Sequence[DealVersion] | None = None, limit: int | None = SHOWN
) -> Timeline:
    """Return the newest ``limit`` entries of the deal's story, or all of them.

    ``versions`` are those of ``deal_versions``; they are read where the caller has them not.
    """
    history = deal_versions(deal) if versions is None else versions
    told = [_version_entry(before, after) for before, after in pairwise([None, *history]) if after]
    log = list(_of_the_log(deal))
    entries = [*_told_once(told, log), *_of_activities(deal)]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    shown = entries if limit is None else entries[:limit]
    return Timeline(shown, len(entries) - len(shown))


def deal_versions(deal: Deal) -> list[DealVersion]:
    """Return the deal's versions, the oldest first, with the names that its story mentions."""
    rows = DealVersion.objects.filter(deal=deal.pk).order_by("valid_from").with_loss()
    return list(rows.select_related(*NAMES).only(*TOLD, *NAMES.values()))


def _version_entry(before: DealVersion | None, after: DealVersion) -> TimelineEntry:
    changes = _differences(before, after)
    title, icon = "Changed", "edit"
    if before is None:
        title, icon = "Created", "plus"
    elif before.archived != after.archived:
        title, icon = ("Archived", "archive") if after.archived else ("Restored", "rotate-2")
    elif before.stage_id != after.stage_id:
        reopened = after.status == Status.OPEN != before.status
        title = _moved("Reopened in" if reopened else "Moved to", before.stage, after.stage)
        icon = "rotate-2" if reopened else "stairs"
    elif not changes:
        title, icon = "The set-up of the stage changed", "settings"
    return TimelineEntry(
        at=after.valid_from,
        who=after.changed_by,
        title=title,
        icon=icon,
        way=WAYS.get(after.source, after.source),
        changes=changes,
        reason=after.reason,
    )


def _moved(verb: str, before: Stage, after: Stage) -> str:
    """Return where a deal went; with the pipeline where that is another one."""
    if before.pipeline_id == after.pipeline_id:
        return f"{verb} {after}"
    return f"{verb} {after} of {after.pipeline}"


def _differences(before: DealVersion | None, after: DealVersion) -> tuple[FieldChange, ...]:
    found = []
    for field, label in TOLD_OF_VERSIONS.items():
        was, now = (version_words(version, field) for version in (before, after))
        if was != now:
            found.append(FieldChange(field, label, was, now))
    return tuple(found)


def version_words(version: DealVersion | Deal | None, field: str) -> str:
    """Return a tracked field of a version, or of the deal itself, as it reads on a page."""
    value = getattr(version, field) if version is not None else None
    if value is None or value == "":
        return ""
    if field == "amount":
        return f"{display.money_exact(value)} {version.currency}" if version else ""
    if field == "lost_reason":
        return str(getattr(version, "loss", value))
    if field == "exchange_rate":
        since = display.day(version.exchange_rate_from) if version else ""
        return f"{display.rate(value)} of {since}"
    if field == "category":
        return str(value).replace("_", " ").capitalize()
    return display.day(value) if isinstance(value, date) else str(value)


def _of_activities(deal: Deal) -> Iterable[TimelineEntry]:
    icons = {
        ActivityKind.CALL: "phone",
        ActivityKind.EMAIL: "mail",
        ActivityKind.MEETING: "users",
        ActivityKind.NOTE: "note",
    }
    rows = deal.activities.live().select_related("person")
    told = (
        "kind", "occurred_at", "subject", "body", "deal", "direction", "minutes",
        "person__full_name",
    )  # fmt: skip
    for activity in rows.only(*told):
        kind = ActivityKind(activity.kind)
        yield TimelineEntry(
            at=activity.occurred_at,
            who=activity.person,
            title=f"{ACTIVITY_LABELS[kind]}: {activity.subject}",
            icon=icons[kind],
            way=_how(activity),
            text=activity.body,
            activity=activity,
        )


def _how(activity: Activity) -> str:
    """Return which way an activity went and how long it took, as far as somebody said so."""
    lasted = "" if activity.minutes is None else f"{activity.minutes:,} min"
    return ", ".join(part for part in (activity.get_direction_display().lower(), lasted) if part)


def _of_the_log(deal: Deal) -> Iterable[TimelineEntry]:
    """Yield what the versions do not tell: fields that they lack, contacts and product lines."""
    rows = AuditEntry.objects.about(deal).select_related("actor")
    for row in rows.only("at", "action", "changes", "reason", "actor__full_name"):
        changes = tuple(
            FieldChange(field, LOGGED[field], _logged(before), _logged(after))
            for field, (before, after) in row.changes.items()
            if field in (WITH_A_MOVE if row.action in TOLD_BY_VERSIONS else LOGGED)
        )
        if changes:
            yield TimelineEntry(
                at=row.at,
                who=row.actor,
                title="Changed",
                icon="edit",
                changes=changes,
                reason=row.reason,
            )


def _told_once(versions: list[TimelineEntry], log: list[TimelineEntry]) -> list[TimelineEntry]:
    """Join what one deed left in the history and in the log: same author, same moment.

    Both have the time of their own statement, of which the version's came first.
    """
    found = list(versions)
    for entry in log:
        for place, version in enumerate(found):
            together = timedelta(0) <= entry.at - version.at < ONE_DEED
            if together and version.who == entry.who:
                told = {change.field for change in version.changes}
                more = (change for change in entry.changes if change.field not in told)
                found[place] = replace(version, changes=(*version.changes, *more))
                break
        else:
            found.append(entry)
    return found


def _logged(value: Any) -> str:
    return "" if value is None else str(value)
