"""The filter of the board: scope and pipeline."""

from typing import Any

from django import forms

from analytics.context.forms import PipelineViewForm


class BoardForm(PipelineViewForm):
    """All open deals of a scope, or those expected to close in a period; never a past day.

    The columns are the stages of one pipeline: the default one, where none is named.
    """

    closing = forms.BooleanField(required=False, label="Closing in the period only")

    def add_fields(self) -> None:
        super().add_fields()
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
