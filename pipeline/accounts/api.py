"""The API of accounts and contacts, which everybody who sells shares."""

from django.db.models import Q

from kit.api.fields import FlagField, RowField, WholeNumber
from kit.api.rows import RowInput, body_of, change_of
from org.models.people import Person
from pipeline.api import Resource, unless_changed
from pipeline.customers import services
from pipeline.customers.models import Account, Contact
from pipeline.customers.services import ACCOUNT_FIELDS, CONTACT_FIELDS
from pipeline.querysets import named_like


class AccountFields(RowInput):
    """The fields of an account that a program may write, none of them required."""

    MODEL, FIELDS = Account, ACCOUNT_FIELDS

    founded_year = WholeNumber(min_value=0, max_value=9999, required=False, allow_null=True)


class NewAccount(AccountFields):
    """An account to create; a name that another account has is refused unless you insist."""

    REQUIRED = ("name",)

    same_name_too = FlagField(required=False)


class ContactFields(RowInput):
    """The fields of a contact that a program may write, none of them required."""

    MODEL, FIELDS = Contact, CONTACT_FIELDS


class NewContact(ContactFields):
    """A contact to create; the same person twice at one account is refused."""

    FIELDS = ("account", *CONTACT_FIELDS)  # type: ignore[assignment]
    REQUIRED = ("account", "full_name")


ACCOUNTS = Resource(
    name="accounts",
    label="an account",
    model=Account,
    related=("owner", "parent"),
    body=body_of(Account, ("id", *ACCOUNT_FIELDS, "created_at", "archived_at")),
    ordering=("name", "created_at"),
    archived="Archived accounts instead of the others.",
    narrow={
        "owner": ("owner", RowField(rows=Person.objects.visible_to, required=False)),
        "external_id": "external_id",
    },
    text=lambda word: Q(named_like(word)),
    words="Beginnings of words in the name.",
    takes=NewAccount,
    create=services.create_account,
    changes=change_of(AccountFields, "AccountChange"),
    edit=unless_changed(services.edit_row),
    archive=(services.archive_account, "Take an account out of the lists"),
    restore=(services.restore_row, "Bring an archived account back"),
)

CONTACTS = Resource(
    name="contacts",
    label="a contact",
    model=Contact,
    body=body_of(Contact, ("id", "account", *CONTACT_FIELDS, "created_at", "archived_at")),
    ordering=("full_name", "created_at"),
    archived="Archived contacts instead of the others.",
    narrow={
        "account": ("account", RowField(rows=Account.objects.visible_to, required=False)),
        "email": "email__iexact",
        "external_id": "external_id",
    },
    text=lambda word: Q(full_name__icontains=word),
    takes=NewContact,
    create=services.create_contact,
    changes=change_of(ContactFields, "ContactChange"),
    edit=unless_changed(services.edit_row),
    archive=(services.archive_contact, "Take a contact out of the lists"),
    restore=(services.restore_row, "Bring an archived contact back"),
)
