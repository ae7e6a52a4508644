"""Inputs of the pages about territories and about what a quota is the sum of."""

from datetime import date
from typing import Any

from django import forms

from analytics.context.forms import ScopeForm
from analytics.context.reports import Scope, person_scope
from kit.forms import AsOfField, KitForm
from org.models.calendar import FiscalPeriod
from org.models.people import Person


class TerritoryFilter(KitForm):
    """The address of the bookings by territory: which period, as known on which day."""

    def __init__(self, data: Any, *, today: date, standard: int) -> None:
        super().__init__({"period": standard} | data.dict())
        self.fields["period"] = forms.ModelChoiceField(
            queryset=FiscalPeriod.objects.filter(start_on__lte=today).order_by(
                "-start_on", "end_on"
            ),
            empty_label=None,
        )
        self.fields["as_of"] = AsOfField(today=today)


class QuotaSourcesForm(ScopeForm):
    """A look at a team's quota, at the part of it that is one person's, or at a person's own."""

    def add_fields(self) -> None:
        super().add_fields()
        self.fields["person"] = forms.ModelChoiceField(
            Person.objects.led_by(self.viewer), required=False, widget=forms.HiddenInput()
        )

    @property
    def is_elsewhere(self) -> bool:
        """Whether a team or person is named that is not there for the viewer, or neither is."""
        named = any(name in self.errors for name in ("team", "person"))
        return named or not (self.scopes or self.cleaned_data.get("person"))

    @property
    def person(self) -> Person | None:
        """The one person of a team whose part is asked for."""
        return self.cleaned_data["person"] if self.cleaned_data["team"] else None

    @property
    def scope(self) -> Scope:
        """The team that is asked for, else the person, else the widest team."""
        person = self.cleaned_data["person"]
        if person and not self.cleaned_data["team"]:
            return person_scope(person)
        return super().scope
