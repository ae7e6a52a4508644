"""What people enter about accounts and contacts."""

from typing import Any

from django import forms

from kit.forms import ExactDecimalField, FileField, KitForm, PageField, PlainTextField, SortField
from org.models.people import Person
from pipeline.accounts.tables import ACCOUNTS
from pipeline.customers.fields import AccountField
from pipeline.customers.forms import SharedForm
from pipeline.customers.models import Account, Contact
from pipeline.customers.services.accounts import ACCOUNT_FIELDS, CONTACT_FIELDS
from pipeline.deals.fields import PersonChoice


class AccountForm(SharedForm):
    """A customer."""

    FIELDS = ACCOUNT_FIELDS

    name = PlainTextField(max_length=200, label="Account")
    industry = PlainTextField(required=False, max_length=100)
    country = PlainTextField(required=False, max_length=100)
    website = PlainTextField(required=False, max_length=200)
    employees = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    annual_revenue = ExactDecimalField(
        required=False, min_value=0, max_digits=16, decimal_places=2, label="Annual revenue"
    )
    founded_year = forms.IntegerField(
        required=False, min_value=1000, max_value=2199, label="Founded in"
    )
    same_name_too = forms.BooleanField(required=False, label="It is another company")

    def __init__(self, data: Any = None, *, viewer: Person, account: Account | None = None) -> None:
        stored = {name: getattr(account, name) for name in self.FIELDS} if account else {}
        super().__init__(data, initial=stored)
        self.viewer, self.account = viewer, account
        self.fields["owner"] = PersonChoice(
            among=Person.objects.visible_to(viewer),
            required=False,
            empty_label="Nobody",
            keep=account.owner if account else None,
        )
        self.fields["parent"] = AccountField(
            viewer=viewer, required=False, label="Part of", help_text="The company it belongs to."
        )
        if account:
            del self.fields["same_name_too"]
            self.watch()

    def again(self, data: Any) -> "AccountForm":
        return AccountForm(data, viewer=self.viewer, account=self.account)

    def empty(self, name: str) -> Any:
        return None if name == "parent" else super().empty(name)


class ContactForm(SharedForm):
    """Somebody at an account."""

    FIELDS = CONTACT_FIELDS

    full_name = PlainTextField(max_length=200, label="Name")
    title = PlainTextField(required=False, max_length=200, label="Job title")
    email = forms.EmailField(required=False, label="E-mail")
    phone = PlainTextField(required=False, max_length=60)
    another_too = forms.BooleanField(required=False, label="It is another person")

    def __init__(self, data: Any = None, *, contact: Contact | None = None) -> None:
        stored = {name: getattr(contact, name) for name in self.FIELDS} if contact else {}
        super().__init__(data, initial=stored)
        self.contact = contact
        if contact:
            del self.fields["another_too"]
            self.watch()

    def again(self, data: Any) -> "ContactForm":
        return ContactForm(data, contact=self.contact)


class AccountFilter(KitForm):
    """What narrows the list of accounts."""

    text = PlainTextField(
        required=False,
        max_length=100,
        label="Search",
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "Name"}),
    )
    industry = PlainTextField(required=False, max_length=100)
    country = PlainTextField(required=False, max_length=100)
    archived = forms.BooleanField(required=False)
    sort = SortField(columns=ACCOUNTS, default="name")
    page = PageField()
    file = FileField()
