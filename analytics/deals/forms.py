"""The filter of the board: scope and pipeline."""

from datetime import datetime
from typing import Any

from django import forms

from analytics.context.forms import PipelineViewForm
from analytics.context.reports.organisation_calendar import OrganisationCalendar
from org.models.people import Person


class BoardForm(PipelineViewForm):
    """All open deals of a scope, or those expected to close in a period; never a past day.

    The columns are the stages of one pipeline: the default one, where none is named.
    """

    closing = forms.BooleanField(required=False, label="Closing in the period only")

    def __init__(
        self, data: Any, *, viewer: Person, calendar: OrganisationCalendar, now: datetime
    ) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        del self.fields["as_of"]
        offered = self.fields["pipeline"]
        offered.choices = offered.choices[1:]  # type: ignore[attr-defined]
        offered.initial = next((each.pk for each in self.pipelines if each.is_default), None)
        self.order_fields(["team", "person", "territory", "pipeline", "period", "closing"])

    def clean_pipeline(self) -> int | None:
        chosen: int | None = self.cleaned_data["pipeline"] or self.fields["pipeline"].initial
        return chosen

    def clean(self) -> dict[str, Any]:
        self.cleaned_data["as_of"] = None
        return super().clean()
