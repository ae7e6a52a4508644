"""Filters of the list of overrides."""

from datetime import datetime
from typing import Any

from django import forms

from analytics.context.forms import OwnerScopeForm
from analytics.context.reports import OrganisationCalendar
from kit.forms import PageField
from org.models.people import Person
from pipeline.stages.models import Stage


class OverridesForm(OwnerScopeForm):
    """Overrides of a scope in a period, of one person or one stage of it."""

    page = PageField()

    def __init__(
        self, data: Any, *, viewer: Person, calendar: OrganisationCalendar, now: datetime
    ) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        del self.fields["as_of"]
        self.fields.pop("territory", None)
        stages = [(stage.pk, str(stage)) for stage in Stage.objects.visible_to(viewer)]
        self.fields["stage"] = forms.TypedChoiceField(
            required=False,
            coerce=int,
            empty_value=None,
            label="Left stage",
            choices=[("", "Any"), *stages],
        )
        self.fields["list"] = forms.ChoiceField(
            required=False,
            label="List",
            choices=[("", "Overrides"), ("moves", "All moves past an exit")],
        )
        self.order_fields(["team", "person", "stage", "period", "list"])

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["as_of"] = None
        return super().clean()
