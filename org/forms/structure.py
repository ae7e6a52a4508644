"""Inputs of the pages about teams and territories."""

from typing import Any

from django import forms

from kit.forms import DayField, KitForm, PlainTextField, choose
from org.forms.fields import PeopleField
from org.models.teams import Team
from org.models.territories import Territory


class TreeFilter(KitForm):
    """Whether a tree shows what is archived."""

    archived = forms.BooleanField(label="Show archived", required=False)


class TeamDetailsForm(KitForm):
    """A team's name and where it hangs."""

    name = PlainTextField(max_length=200)
    parent = forms.ModelChoiceField(
        queryset=Team.objects.none(),
        required=False,
        label="Part of",
        empty_label="Nothing: at the top",
    )

    def __init__(self, *args: Any, parents: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "parent", parents)


class MembersForm(KitForm):
    """People who join a team together."""

    people = PeopleField(
        label="People",
        help_text="Names or e-mail addresses, one a line; paste as many as you like.",
    )
    since = DayField(label="From", help_text="They leave their team of before on that day.")
    is_lead = forms.BooleanField(label="They lead the team", required=False)


class TerritoryDetailsForm(KitForm):
    """A territory's name and where it hangs."""

    name = PlainTextField(max_length=200)
    parent = forms.ModelChoiceField(
        queryset=Territory.objects.none(),
        required=False,
        label="Part of",
        empty_label="Nothing: at the top",
    )

    def __init__(self, *args: Any, parents: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choose(self, "parent", parents)


class TerritoryPeopleForm(KitForm):
    """People who work a territory."""

    people = PeopleField(
        label="People",
        help_text="Names or e-mail addresses, one a line; paste as many as you like.",
    )
    since = DayField(label="From")
    until = DayField(
        label="Until", required=False, help_text="The first day on which they no longer work it."
    )


class EndForm(KitForm):
    """The day as of which something ends."""

    on = DayField(label="Ends on")
