"""What people enter about activities away from the page of a deal."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from kit.forms import DayField, KitForm, PlainTextField
from org.models.people import Person
from pipeline.activities.forms.activities import DIRECTIONS, KINDS, minutes_field
from pipeline.activities.forms.typed import DealNameField, TypedField, find_contact
from pipeline.customers.fields import AccountField
from pipeline.customers.models import Account
from pipeline.deals.fields import MomentField

# The dialog stands over pages that have ids and suggestions of their own.
IDS = "quick-%s"
WHERE = "#quick-deal, #quick-account"


class QuickForm(KitForm):
    """An activity from anywhere: what it is about is typed, and what comes next is said with it."""

    kind = forms.ChoiceField(choices=KINDS, label="What")
    direction = forms.ChoiceField(choices=DIRECTIONS, required=False, label="Direction")
    minutes = minutes_field()
    occurred_at = MomentField(label="When")
    subject = PlainTextField(max_length=300, label="In a few words")
    body = PlainTextField(
        required=False,
        max_length=20_000,
        label="Notes",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    next_step = PlainTextField(
        required=False, max_length=500, label="Next step", help_text="Replaces the deal's."
    )
    next_step_on = DayField(required=False, label="Next step on")
    submission = forms.UUIDField(widget=forms.HiddenInput)
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    field_order = ["deal", "account", "contact", "kind", "direction", "occurred_at", "subject"]

    def __init__(
        self, data: Any = None, *, viewer: Person, now: datetime | None = None, back: str = ""
    ) -> None:
        initial: dict[str, Any] = {"submission": uuid4(), "next": back}
        if now is not None:
            # Whole minutes, which is what the input can hold.
            initial["occurred_at"] = timezone.localtime(now).replace(second=0, microsecond=0)
        super().__init__(data, initial=initial, auto_id=IDS)
        self.viewer = viewer
        self.fields["deal"] = DealNameField(
            viewer=viewer,
            suggestions="quick-deals",
            required=False,
            label="Deal",
            help_text="Begin to type its name or its account's.",
        )
        self.fields["account"] = AccountField(
            viewer=viewer,
            suggestions="quick-accounts",
            required=False,
            label="Account",
            help_text="Where it was about no deal.",
        )
        self.fields["contact"] = TypedField(
            suggest="pipeline:contact-suggest",
            suggestions="quick-contacts",
            along=WHERE,
            required=False,
            label="Contact",
        )
        self.fields["deal"].widget.attrs["autofocus"] = True
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        deal, account = given.get("deal"), given.get("account")
        if deal and account and deal.account_id != account.pk:
            self.add_error("account", f"{deal} is a deal of {deal.account or 'no account'}.")
        if (text := given.get("contact")) and not self.errors.keys() & {"deal", "account"}:
            self._name_contact(text, account or (deal.account if deal else None))
        return given

    def _name_contact(self, text: str, account: Account | None) -> None:
        try:
            contact = find_contact(text, viewer=self.viewer, account=account)
        except ValidationError as error:
            self.add_error("contact", error)
            return
        self.cleaned_data["contact"] = contact
        self.cleaned_data["account"] = account or contact.account

    def values(self) -> dict[str, Any]:
        """Return the arguments of log_and_plan; for a valid form."""
        given = {name: value for name, value in self.cleaned_data.items() if name != "next"}
        return given | {"contact": given["contact"] or None}
