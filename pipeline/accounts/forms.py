"""Forms of accounts and contacts, and of merging two of them."""

from typing import Any

from django import forms

from kit.edits import SharedForm
from kit.forms import ExactDecimalField, FileField, KitForm, PageField, PlainTextField, SortField
from org.models.people import Person
from pipeline.accounts.reports import fact_words
from pipeline.accounts.services import FIELDS
from pipeline.accounts.tables import ACCOUNTS
from pipeline.customers.fields import AccountField
from pipeline.customers.models import Account, Contact
from pipeline.customers.services import ACCOUNT_FIELDS, CONTACT_FIELDS
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

    def __init__(self, data: Any = None, *, viewer: Person, row: Account | None = None) -> None:
        super().__init__(data, row=row)
        self.viewer = viewer
        self.fields["owner"] = PersonChoice(
            among=Person.objects.visible_to(viewer),
            required=False,
            empty_label="Nobody",
            keep=row.owner if row else None,
        )
        self.fields["parent"] = AccountField(
            viewer=viewer, required=False, label="Part of", help_text="The company it belongs to."
        )
        if row:
            del self.fields["same_name_too"]
            self.remember(self.fields)

    def again(self, data: Any) -> "AccountForm":
        return AccountForm(data, viewer=self.viewer, row=self.row)

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

    def __init__(self, data: Any = None, *, row: Contact | None = None) -> None:
        super().__init__(data, row=row)
        if row:
            del self.fields["another_too"]
            self.remember(self.fields)


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


ONE, OTHER = "one", "other"
TAKE = "take-"


class DuplicatesPage(KitForm):
    """Which page of likely duplicates."""

    page = PageField()


class MergeForm(KitForm):
    """Which of two accounts or contacts stays, and whose value each field keeps.

    Only fields that both fill, and differently, are asked about: an empty one takes the other's.
    """

    def __init__(self, data: Any = None, *, one: Any, other: Any) -> None:
        super().__init__(data, initial={"keep": ONE})
        self.one, self.other = one, other
        self.fields["keep"] = _either(
            "Which one stays?",
            f"{one}, since {one.created_at:%Y}",
            f"{other}, since {other.created_at:%Y}",
        )
        for name in FIELDS[type(one)]:
            mine, theirs = getattr(one, name), getattr(other, name)
            if mine in (None, "") or theirs in (None, "") or mine == theirs:
                continue
            label = str(type(one)._meta.get_field(name).verbose_name).capitalize()  # noqa: SLF001 -- Django's public name
            self.fields[TAKE + name] = _either(label, fact_words(mine), fact_words(theirs))
            self.initial[TAKE + name] = ONE

    def pair(self) -> tuple[Any, Any]:
        """Return the row that stays and the one that goes; for a valid form."""
        mine = self.cleaned_data["keep"] == ONE
        return (self.one, self.other) if mine else (self.other, self.one)

    def take(self) -> list[str]:
        """Return the fields whose value is that of the row that goes."""
        keep = self.cleaned_data["keep"]
        chosen = {k: v for k, v in self.cleaned_data.items() if k.startswith(TAKE)}
        return [name.removeprefix(TAKE) for name, side in chosen.items() if side != keep]


def _either(label: str, one: str, other: str) -> forms.ChoiceField:
    choices = [(ONE, one), (OTHER, other)]
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, label=label)


KINDS: dict[str, type[Account] | type[Contact]] = {"accounts": Account, "contacts": Contact}
