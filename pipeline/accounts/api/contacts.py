"""The API of contacts, which everybody who sells shares."""

from django.db.models import Q
from rest_framework import serializers

from kit.api.fields import FlagField, MomentTextField, RowField, StrictSerializer, TextField
from kit.api.pages import Ordering, PageQuery
from pipeline.api.resources import Resource
from pipeline.api_changes import SeenSerializer
from pipeline.customers.api import accounts_seen, contacts_seen, unless_changed
from pipeline.customers.services import accounts

ORDERING = Ordering({"full_name": "full_name", "created_at": "created_at"}, default="full_name")


class ContactQuery(PageQuery):
    text = TextField(required=False, max_length=100, help_text="Parts of the name.")
    account = RowField(rows=accounts_seen, required=False)
    email = TextField(required=False, max_length=254)
    external_id = TextField(required=False, max_length=100)
    archived = FlagField(required=False, help_text="Archived contacts instead of the others.")
    ordering = ORDERING.field()


class ContactFields(StrictSerializer):
    """The fields of a contact that a program may write, none of them required."""

    full_name = TextField(max_length=200, required=False)
    title = TextField(max_length=200, required=False, allow_blank=True)
    email = TextField(max_length=254, required=False, allow_blank=True)
    phone = TextField(max_length=60, required=False, allow_blank=True)
    external_id = TextField(max_length=100, required=False, allow_null=True)


class NewContact(ContactFields):
    """A contact to create; the same person twice at one account is refused."""

    account = RowField(rows=accounts_seen)
    full_name = TextField(max_length=200)


class ContactChange(SeenSerializer, ContactFields):
    """The fields to change, and in ``seen`` the value that you saw in each of them."""

    seen = ContactFields()


class ContactBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    account = serializers.IntegerField(source="account_id")
    full_name = serializers.CharField()
    title = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    created_at = MomentTextField()
    archived_at = MomentTextField(allow_null=True)


CONTACTS = Resource(
    name="contacts",
    label="a contact",
    rows=contacts_seen,
    query=ContactQuery,
    body=ContactBody,
    ordering=ORDERING,
    lookups={"account": "account", "external_id": "external_id", "email": "email__iexact"},
    words=lambda word: Q(full_name__icontains=word),
    takes=NewContact,
    create=accounts.create_contact,
    changes=ContactChange,
    edit=unless_changed(accounts.edit_contact),
    archive=(accounts.archive_contact, "Take a contact out of the lists"),
    restore=(accounts.restore_contact, "Bring an archived contact back"),
)
