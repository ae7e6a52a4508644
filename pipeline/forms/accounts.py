"""What people enter about accounts and contacts."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.safestring import SafeString

from kit.forms import (
    ExactDecimalField,
    FileField,
    KitForm,
    PageField,
    PlainTextField,
    SortField,
)
from org.models.people import Person
from pipeline.forms.fields import AccountField, PersonChoice
from pipeline.models.accounts import Account, Contact
from pipeline.services.accounts import ACCOUNT_FIELDS, CONTACT_FIELDS, FieldConflict
from pipeline.tables.accounts import ACCOUNTS

GONE = object()


class SharedForm(KitForm):
    """A form for a row that everybody may edit. Hidden beside each field stands what was seen."""

    FIELDS: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any], **options: Any) -> None:
        super().__init__(data, initial=dict(initial), **options)

    def watch(self) -> None:
        """Carry what the author sees along, so that changes by others can be told."""
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """Return the fields that the author changed from what they saw; for a valid form."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.FIELDS}

    def seen(self) -> dict[str, Any]:
        """Return the values that the author saw, of the fields that they changed."""
        found = {}
        for name in self.changes():
            text = self.data.get(self.add_initial_prefix(name))
            if text is not None:
                found[name] = self._seen_value(name, text)
        return found

    def _seen_value(self, name: str, text: str) -> Any:
        try:
            return self.fields[name].clean(text) if text else self.empty(name)
        except ValidationError:
            return GONE  # What was seen is no longer possible, so somebody changed it.

    def empty(self, name: str) -> Any:
        return "" if isinstance(self.fields[name], forms.CharField) else None

    def tell(self, conflict: FieldConflict) -> "SharedForm":
        """Return this form with the values of now as seen, each clash told at its field.

        What the author typed stays. To save again is then to overwrite on purpose.
        """
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        now = {name: getattr(conflict.current, name) for name in conflict.fields}
        for name, value in now.items():
            text = self.fields[name].prepare_value(value)
            data[self.add_initial_prefix(name)] = "" if text is None else str(text)
        told = self.again(data)
        for name, value in now.items():
            said = f"“{value}”" if value not in (None, "") else "nothing"
            told.add_error(
                name,
                f"Somebody changed this meanwhile to {said}. Take that over, or save again to "
                "put yours in its place.",
            )
        return told

    def again(self, data: Any) -> "SharedForm":
        raise NotImplementedError

    @property
    def seen_values(self) -> list[SafeString]:
        """Return the hidden inputs that carry what the author saw."""
        return [
            field.as_hidden(only_initial=True)  # type: ignore[call-arg]
            for field in self
            if field.field.show_hidden_initial
        ]


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
