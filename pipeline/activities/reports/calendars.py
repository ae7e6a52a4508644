"""What a loaded calendar would become, before anything is logged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Lower

from org.models.people import Person
from pipeline.activities.models import CalendarUpload
from pipeline.activities.services.calendars import logged_before
from pipeline.customers.models import Contact
from pipeline.deals.models.deals import Deal
from pipeline.deals.models.people import DealContact


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
