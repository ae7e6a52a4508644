"""The filters of the metrics pages."""

from typing import Any

from django import forms

from analytics.context.forms import PipelineViewForm, ScopeForm, one_of_these
from analytics.metrics.enums import MetricPart
from kit.forms import FileField, NameField, PageField, PlainTextField, SortField
from pipeline.deals.tables import BEHIND
from pipeline.enums import Status
from pipeline.stages.forms import stage_choices
from pipeline.stages.models import Stage
from pipeline.stages.reports import QUALIFIED


class MetricsForm(PipelineViewForm):
    """A look at a scope, the part of the page, and the stage from which closed deals count."""

    part = NameField(MetricPart)
    file = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data: Any, **given: Any) -> None:
        super().__init__(data, **given)
        stages = Stage.objects.visible_to(self.viewer).live().filter(kind=Status.OPEN)
        self.fields["reached"] = one_of_these(
            [(QUALIFIED, "The qualified stage"), *stage_choices(stages.select_related("pipeline"))],
            label="Counted from stage",
            none="Every deal",
        )
        self.order_fields(
            ["team", "person", "territory", "pipeline", "period", "reached", "as_of", "part"]
        )

    def clean_part(self) -> MetricPart:
        return MetricPart(self.cleaned_data["part"] or MetricPart.OUTCOMES)


class MetricRowsForm(MetricsForm):
    """The same report view, and the figure whose deals are asked for."""

    figure = forms.CharField(max_length=60, widget=forms.HiddenInput)
    sort = SortField(columns=BEHIND, default="-amount")
    page = PageField()

    @property
    def ordered_by(self) -> str:
        """The field that the rows of a valid form are ordered by."""
        key = self.cleaned_data["sort"].key
        return next(column.sort for column in BEHIND if column.key == key and column.sort)


class BestForm(ScopeForm):
    """The report view of a team, and the title of the people to compare."""

    def __init__(self, data: Any, **given: Any) -> None:
        super().__init__(data, **given)
        self.fields["title"] = PlainTextField(
            required=False, max_length=200, widget=forms.HiddenInput
        )
        self.fields["file"] = FileField()

    @property
    def title(self) -> str | None:
        """The title that the address names; None where it leaves the choice to the page."""
        return self.cleaned_data["title"] or None
