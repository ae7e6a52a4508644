"""The API of who plays a part in a deal, seen and changed by whom the deal is."""

from rest_framework import serializers

from kit.api.rows import RowBody, RowInput
from pipeline.deals.api import PEOPLE_ORDERING, DealContactQuery, DealParts
from pipeline.deals.models import DealContact
from pipeline.deals.services import add_contact, change_role, remove_contact


class NewDealContact(RowInput):
    """A contact of the deal's account and the role they play from now on."""

    MODEL, FIELDS = DealContact, ("contact", "role")
    REQUIRED = FIELDS


class NewRole(RowInput):
    """What the contact is to the deal from now on."""

    MODEL, FIELDS, REQUIRED = DealContact, ("role",), ("role",)


class DealContactBody(RowBody):
    """A contact in a role from ``added_at`` up to ``ended_at``; null: still."""

    MODEL = DealContact
    FIELDS = ("id", "deal", "contact", "contact_name", "role", "added_at", "ended_at")

    contact_name = serializers.CharField(source="contact.full_name")


CONTACTS = DealParts(
    name="deal_contacts",
    page="DealContactPage",
    rows=lambda viewer: DealContact.objects.visible_to(viewer).select_related(
        "contact", "deal__owner"
    ),
    body=DealContactBody,
    query=DealContactQuery,
    ordering=PEOPLE_ORDERING,
)
DealContacts = CONTACTS.listed(
    "List who plays a part in a deal",
    add=("add", "Name a contact and the role they play in a deal", NewDealContact, add_contact),
)
OneDealContact = CONTACTS.one("Read a contact's role in a deal, ended ones too")
RoleChange = CONTACTS.change(
    "change",
    "Give a contact another role: the old row is ended, the answer is the new one",
    change_role,
    NewRole,
)
ContactRemoval = CONTACTS.change(
    "remove", "Take a contact off a role; the row is ended", remove_contact
)
