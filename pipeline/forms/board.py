"""Whose deals stand on the board."""

from datetime import datetime
from typing import Any

from django import forms

from org.models.people import Person
from pipeline.forms.whose import WhoseForm
from pipeline.reports.setting import Setting


class BoardForm(WhoseForm):
    """All open deals of a scope, or those expected to close in a period; never a past day."""

    closing = forms.BooleanField(required=False, label="Closing in the period only")

    def __init__(self, data: Any, *, viewer: Person, calendar: Setting, now: datetime) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        del self.fields["as_of"]
        self.order_fields(["team", "person", "territory", "period", "closing"])

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["as_of"] = None
        return super().clean()
