"""Forms for reassigning a leaver's deals."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from kit.forms import KitForm, PlainTextField
from org.models.people import Person
from pipeline.deals.fields import carriers
from process.enums import GIVEN_TO_LABELS, GivenTo
from process.leavers.reports import AccountDeals, new_owners


class SeenVersionsField(forms.CharField):
    """The deals that the author looked at with their versions, carried along hidden."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> dict[int, int]:
        try:
            pairs = [pair.split(":") for pair in super().clean(value).split()]
            return {int(deal): int(version) for deal, version in pairs}
        except ValueError as error:
            raise ValidationError("Open the page again and repeat your choice.") from error


def _one_of(
    people: Sequence[Person], *, label: str, empty: str, required: bool = True
) -> forms.TypedChoiceField:
    """Return a choice among people who are read once for all the fields of a page."""
    by_id = {str(person.pk): person for person in people}
    return forms.TypedChoiceField(
        choices=[("", empty), *((pk, str(person)) for pk, person in by_id.items())],
        coerce=by_id.__getitem__,
        empty_value=None,
        label=label,
        required=required,
    )


class LeaverRuleForm(KitForm):
    given_to = forms.TypedChoiceField(
        choices=[(str(rule), label) for rule, label in GIVEN_TO_LABELS.items()],
        coerce=GivenTo,
        label="Offer a leaver's open deals to",
        help_text="Fills in the hand-over; whoever hands over looks at it and may choose others.",
    )


class HandOverForm(KitForm):
    """One new owner for all deals, others for those of single accounts."""

    owner = forms.Field()
    reason = PlainTextField(
        max_length=1000, label="Why", help_text="It stands in the history of each deal."
    )
    seen = SeenVersionsField()

    def __init__(
        self,
        data: Any = None,
        *,
        viewer: Person,
        person: Person,
        groups: Sequence[AccountDeals],
        rule: str = "",
    ) -> None:
        self.groups = groups
        deals = [deal for group in groups for deal in group.deals]
        gone = "has left" if not person.is_active else "hands over"
        super().__init__(
            data,
            initial={
                "reason": f"{person} {gone}",
                "seen": " ".join(f"{deal.pk}:{deal.version}" for deal in deals),
            },
        )
        among = carriers(Person.objects.led_by(viewer).exclude(pk=person.pk))
        people = list(among.distinct())
        self.fields["owner"] = _one_of(people, label="New owner", empty="Choose somebody")
        if len(groups) > 1:
            for group in groups:
                self.fields[self._name(group)] = _one_of(
                    people, label=group.name, empty="As above", required=False
                )
        self.order_fields(["owner", "reason"])
        if rule in set(GivenTo):
            self._fill_in(new_owners(GivenTo(rule), person, groups, people))

    def _fill_in(self, owners: Mapping[int | None, Person]) -> None:
        """Offer what a rule says; whoever hands over may still choose somebody else.

        Accounts whose deals go where most go are left as above, and follow when that is changed.
        """
        common = Counter(owners.values()).most_common(1)
        usual = common[0][0] if common else None
        if usual is not None:
            self.initial["owner"] = usual.pk
        for group in self.groups:
            owner = owners.get(group.account)
            if owner not in (None, usual) and self._name(group) in self.fields:
                self.initial[self._name(group)] = owner.pk

    @staticmethod
    def _name(group: AccountDeals) -> str:
        return f"account-{group.account or 0}"

    def values(self) -> dict[str, Any]:
        """Return what the service asks for: of each deal seen, its version and its new owner."""
        chosen = self.cleaned_data
        owner_of = {
            deal.pk: chosen.get(self._name(group)) or chosen["owner"]
            for group in self.groups
            for deal in group.deals
        }
        return {
            # What is not the person's any more has the new owner by now, or somebody else.
            "owners": {deal: owner_of.get(deal, chosen["owner"]) for deal in chosen["seen"]},
            "seen": chosen["seen"],
            "reason": chosen["reason"],
        }
