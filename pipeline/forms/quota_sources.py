"""What the address of the quotas behind a figure says: whose, for which period, as of when."""

from datetime import datetime
from typing import Any

from django import forms

from org.models.people import Person
from pipeline.forms.look import ScopeForm
from pipeline.reports.scope import Scope, person_scope
from pipeline.reports.setting import Setting


class QuotaSourcesForm(ScopeForm):
    """A look at a team's quota, at the part of it that is one person's, or at a person's own."""

    def __init__(self, data: Any, *, viewer: Person, calendar: Setting, now: datetime) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        self.fields["person"] = forms.ModelChoiceField(
            Person.objects.led_by(viewer), required=False, widget=forms.HiddenInput()
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
