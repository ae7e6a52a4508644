"""Who plays a part in a deal on the customer's side."""

from dataclasses import dataclass

from pipeline.models.accounts import Contact
from pipeline.models.deal_people import DealContact
from pipeline.models.deals import Deal


@dataclass(frozen=True, slots=True)
class Involved:
    """A contact with the roles that they play in a deal now."""

    contact: Contact
    roles: list[DealContact]


def involved_in(deal: Deal) -> list[Involved]:
    """Return who plays a part in the deal now, by name, each contact once."""
    found: dict[int, Involved] = {}
    for row in DealContact.objects.standing().filter(deal=deal).select_related("contact"):
        found.setdefault(row.contact_id, Involved(row.contact, [])).roles.append(row)
    return list(found.values())
