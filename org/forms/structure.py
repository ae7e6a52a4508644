"""Inputs of the pages about teams and territories."""

from typing import Any

from django import forms

from kit.forms import DayField, KitForm, PlainTextField, choose
from org.forms.fields import PeopleTextField
from org.models.teams import Team


class TreeFilter(KitForm):
    """Whether a tree shows what is archived."""

    archived = forms.BooleanField(label="Show archived", required=False)


class NodeForm(KitForm):
    """The name of a team or territory, and what it is in."""

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


class PlaceForm(NodeForm):
    """The same for one that is there, with the day as of which it moves."""

    since = DayField(
        label="As of",
        required=False,
        help_text="If it moves: figures of the days before stay where they are.",
    )


class MembersForm(KitForm):
    """People who join a team together."""

    people = PeopleTextField(
        label="People",
        help_text="Names or e-mail addresses, one a line; paste as many as you like.",
    )
    since = DayField(label="From", help_text="They leave their team of before on that day.")
    is_lead = forms.BooleanField(label="They lead the team", required=False)


class TerritoryPeopleForm(KitForm):
    """People who work a territory."""

    people = PeopleTextField(
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
