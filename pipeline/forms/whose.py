"""Whose pipeline a page is about: a team, a person, a territory, or the viewer's own."""

from datetime import datetime
from typing import Any

from django import forms

from org import access
from org.enums import Role
from org.models.people import Person
from org.models.territories import Territory
from pipeline.forms.look import ScopeForm
from pipeline.reports.scope import Scope, person_scope, territory_scope
from pipeline.reports.setting import Setting


class WhoseForm(ScopeForm):
    """A look at a team, at one of the people below the viewer, or at a territory."""

    def __init__(self, data: Any, *, viewer: Person, calendar: Setting, now: datetime) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        people = list(
            Person.objects.led_by(viewer)
            .with_roles(Role.REP, Role.MANAGER)
            .order_by("full_name", "pk")
            .values_list("pk", "full_name")
        )
        self.fields["person"] = one_of_these(people, label="Person", none="Everybody")
        if not self.scopes or len(people) < 2:
            self.fields["person"].widget = forms.HiddenInput()
        if access.sees_everyone(viewer):
            lands = Territory.objects.live().values_list("pk", "name")
            self.fields["territory"] = one_of_these(list(lands), label="Territory", none="All")
        self.names = dict(people)

    @property
    def is_elsewhere(self) -> bool:
        """Whether a team, person or territory is named that is not there for the viewer."""
        named = ("team", "person", "territory")
        return not access.sells(self.viewer) or any(name in self.errors for name in named)

    @property
    def scope(self) -> Scope:
        """The person or territory that is asked for, else the team; a rep's own by default."""
        given = self.cleaned_data
        if person := given.get("person"):
            return person_scope(Person(pk=person, full_name=self.names[person]))
        if territory := given.get("territory"):
            name = Territory.objects.get(pk=territory).name
            return territory_scope(territory, name, self.calendar)
        return super().scope if self.scopes else person_scope(self.viewer)


def one_of_these(
    options: list[tuple[int, str]], *, label: str, none: str
) -> forms.TypedChoiceField:
    """Return a choice of ids, or of none of them."""
    return forms.TypedChoiceField(
        choices=[("", none), *options], required=False, coerce=int, empty_value=None, label=label
    )
