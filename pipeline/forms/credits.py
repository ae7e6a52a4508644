"""How the credit for a deal is to be parted."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from kit.fields import choices
from kit.forms import ExactDecimalField, KitForm, PlainTextField
from org.access import SALES_ROLES
from org.models.people import Person
from pipeline.models.credits import CreditSplit
from pipeline.models.deals import Deal
from pipeline.roles import CreditKind
from pipeline.services.credits import Share

# More lines than shares that were ever set, and more than most deals will need.
LINES, SPARE = 6, 2


class CreditForm(KitForm):
    """A line for each share: who, which percent, and whether of revenue or as an overlay."""

    reason = PlainTextField(
        label="Why", max_length=1000, help_text="Kept with the split, for whoever asks later."
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, viewer: Person, deal: Deal, split: CreditSplit | None
    ) -> None:
        shares = list(split.shares.all()) if split else []
        super().__init__(data, initial={"seen": split and split.pk})
        self.count = max(LINES, len(shares) + SPARE)
        named = [share.person_id for share in shares]
        roles = Q(role_grants__role__in=[str(role) for role in SALES_ROLES], is_active=True)
        known = Q(pk__in=[*named, deal.owner_id, deal.credited_to_id or deal.owner_id])
        people = Person.objects.visible_to(viewer).filter(roles | known).distinct()
        offered = [("", "Nobody"), *((person.pk, person.full_name) for person in people)]
        self.people = {person.pk: person for person in people}
        for number in range(1, self.count + 1):
            self._add_line(number, offered, shares[number - 1] if number <= len(shares) else None)
        self.order_fields([*self._names(), "reason", "seen"])
        if not shares and data is None:
            self.initial["person_1"] = deal.credited_to_id or deal.owner_id
            self.initial["percent_1"] = 100

    def _add_line(self, number: int, offered: list, share: Any) -> None:
        self.fields[f"person_{number}"] = forms.TypedChoiceField(
            label=f"Person {number}", choices=offered, coerce=int, empty_value=None, required=False
        )
        self.fields[f"percent_{number}"] = ExactDecimalField(
            label=f"Percent {number}", max_digits=5, decimal_places=2, required=False
        )
        self.fields[f"kind_{number}"] = forms.ChoiceField(
            label=f"Kind {number}", choices=choices(CreditKind), required=False
        )
        if share is not None:
            self.initial[f"person_{number}"] = share.person_id
            self.initial[f"percent_{number}"] = share.percent
            self.initial[f"kind_{number}"] = share.kind

    def _names(self) -> Iterator[str]:
        for number in range(1, self.count + 1):
            yield from (f"person_{number}", f"percent_{number}", f"kind_{number}")

    @property
    def lines(self) -> Iterator[tuple[Any, Any, Any]]:
        """The fields of each line."""
        for number in range(1, self.count + 1):
            yield (
                self[f"person_{number}"],
                self[f"percent_{number}"],
                self[f"kind_{number}"],
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in range(1, self.count + 1):
            person, percent = given.get(f"person_{number}"), given.get(f"percent_{number}")
            if person and percent is None and f"percent_{number}" not in self.errors:
                self.add_error(f"percent_{number}", "Give the percent of this person.")
            if percent is not None and not person and f"person_{number}" not in self.errors:
                self.add_error(f"person_{number}", "Say whose percent this is.")
        return given

    def shares(self) -> list[Share]:
        """Return the shares of the lines that are filled in."""
        given = self.cleaned_data
        return [
            Share(
                self.people[given[f"person_{number}"]],
                given[f"kind_{number}"] or CreditKind.REVENUE,
                given[f"percent_{number}"],
            )
            for number in range(1, self.count + 1)
            if given[f"person_{number}"]
        ]

    def refuse(self, error: ValidationError) -> None:
        """Show what the service refuses: of shares, above the lines."""
        messages = error.update_error_dict({})
        for field, faults in messages.items():
            self.add_error(field if field in self.fields else None, faults)
