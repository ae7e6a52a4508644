"""Forms of credit splits and collaborators."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django import forms
from django.db.models import Q

from kit.fields import choices
from kit.forms import ExactDecimalField, KitForm, PlainTextField
from org.access import SALES_ROLES
from org.models.people import Person
from pipeline.credit.models import CreditShare, CreditSplit
from pipeline.credit.services import Share
from pipeline.deals.models import Deal
from pipeline.enums import HELPING_ROLE_LABELS, CreditKind, HelpingRole


class CollaboratorForm(KitForm):
    """A colleague, and as what they help."""

    role = forms.ChoiceField(
        label="As", choices=[("", "Choose a role"), *choices(HelpingRole, HELPING_ROLE_LABELS)]
    )

    def __init__(self, data: Any = None, *, viewer: Person, deal: Deal) -> None:
        super().__init__(data)
        sellers = Person.objects.visible_to(viewer).active().with_roles(*SALES_ROLES)
        self.fields["person"] = forms.ModelChoiceField(
            sellers.exclude(pk=deal.owner_id),
            label="Colleague",
            empty_label="Choose somebody",
        )
        self.order_fields(["person", "role"])


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
        count = max(LINES, len(shares) + SPARE)
        self.names = [_names(number) for number in range(1, count + 1)]
        named = [share.person_id for share in shares]
        roles = Q(role_grants__role__in=SALES_ROLES, is_active=True)
        known = Q(pk__in=[*named, deal.owner_id, deal.credited_to_id or deal.owner_id])
        people = Person.objects.visible_to(viewer).filter(roles | known).distinct()
        offered = [("", "Nobody"), *((person.pk, person.full_name) for person in people)]
        self.people = {person.pk: person for person in people}
        for number in range(1, count + 1):
            self._add_line(number, offered, shares[number - 1] if number <= len(shares) else None)
        self.order_fields([*chain(*self.names), "reason", "seen"])
        if not shares and data is None:
            self.initial["person_1"] = deal.credited_to_id or deal.owner_id
            self.initial["percent_1"] = 100

    def _add_line(self, number: int, offered: list, share: CreditShare | None) -> None:
        person, percent, kind = _names(number)
        self.fields[person] = forms.TypedChoiceField(
            label=f"Person {number}", choices=offered, coerce=int, empty_value=None, required=False
        )
        self.fields[percent] = ExactDecimalField(
            label=f"Percent {number}", max_digits=5, decimal_places=2, required=False
        )
        self.fields[kind] = forms.ChoiceField(
            label=f"Kind {number}", choices=choices(CreditKind), required=False
        )
        if share is not None:
            self.initial[person] = share.person_id
            self.initial[percent] = share.percent
            self.initial[kind] = share.kind

    @property
    def lines(self) -> Iterator[tuple[forms.BoundField, ...]]:
        """The fields of each line."""
        for names in self.names:
            yield tuple(self[name] for name in names)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for person, percent, _ in self.names:
            has_person, has_percent = given.get(person), given.get(percent) is not None
            if has_person and not has_percent and percent not in self.errors:
                self.add_error(percent, "Give the percent of this person.")
            if has_percent and not has_person and person not in self.errors:
                self.add_error(person, "Say whose percent this is.")
        return given

    def given(self) -> dict[str, Any]:
        """Return what ``split_credit`` takes, with the shares of the lines that are filled in."""
        lines = ([self.cleaned_data[name] for name in names] for names in self.names)
        shares = [
            Share(self.people[person], kind or CreditKind.REVENUE, percent)
            for person, percent, kind in lines
            if person
        ]
        return {name: self.cleaned_data[name] for name in ("reason", "seen")} | {"shares": shares}


def _names(number: int) -> tuple[str, str, str]:
    """Return the names of a line's fields."""
    return f"person_{number}", f"percent_{number}", f"kind_{number}"
