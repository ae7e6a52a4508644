"""What an admin enters about stages."""

from typing import Any, cast

from django import forms
from django.db.models import Max, Q

from kit.fields import choices
from kit.forms import KitForm, PlainTextField
from pipeline.enums import Category, Status
from pipeline.stages.models import Pipeline, Stage
from pipeline.stages.services.stages import FIELDS


class StageForm(KitForm):
    """A step of a pipeline."""

    pipeline = forms.ModelChoiceField(
        Pipeline.objects.none(),
        required=False,
        empty_label=None,
        help_text="Once deals stood in the stage, this stays.",
    )
    name = PlainTextField(max_length=100, label="Stage")
    kind = forms.ChoiceField(
        choices=choices(Status),
        label="Deals in it are",
        help_text="Once deals stand in the stage, this stays.",
    )
    order = forms.IntegerField(
        min_value=0, max_value=32_000, label="Place", help_text="Stages run from low to high."
    )
    probability = forms.IntegerField(
        min_value=0,
        max_value=100,
        required=False,
        label="Probability in percent",
        help_text="How many of the deals here are won in the end. Won is 100, lost is 0.",
    )
    default_category = forms.ChoiceField(
        required=False,
        choices=[pair for pair in choices(Category) if pair[0] != Category.CLOSED],
        label="Forecast category",
        help_text="What the owner of a deal has not set otherwise. Closed stages have their own.",
    )
    expected_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3_650,
        label="Expected days",
        help_text="After so many days here a deal is slow.",
    )

    def __init__(self, data: Any = None, *, stage: Stage | None = None, pipeline: str = "") -> None:
        """Take the values of ``stage``, or suggest a place at the end of a pipeline by its id."""
        stored = {name: getattr(stage, name) for name in FIELDS} if stage else {}
        usable = Q(archived_at__isnull=True)
        if stage:
            usable |= Q(pk=stage.pipeline_id)
        rows = Pipeline.objects.filter(usable).annotate(last=Max("stages__order"))
        offered = list(rows.order_by("order", "pk"))
        if not stage:
            chosen = next((row for row in offered if str(row.pk) == pipeline), None)
            chosen = chosen or next(row for row in offered if row.is_default)
            stored = {"pipeline": chosen, "order": min((chosen.last or 0) + 10, 32_000)}
        super().__init__(data, initial=stored)
        field = cast(forms.ModelChoiceField, self.fields["pipeline"])
        field.queryset = Pipeline.objects.filter(pk__in=[row.pk for row in offered])
        if len(offered) == 1:
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        missing = given.get("probability") is None and "probability" not in self.errors
        if given.get("kind") == Status.OPEN and missing:
            self.add_error("probability", "Give a probability from 0 to 100.")
        return given

    def values(self) -> dict[str, Any]:
        """Return the fields of a stage; for a valid form. A closed stage's follow from its kind."""
        given = dict(self.cleaned_data)
        if given["pipeline"] is None:
            del given["pipeline"]
        if given["kind"] != Status.OPEN:
            del given["probability"], given["default_category"]
        return given


class ArchiveStageForm(KitForm):
    """Where the open deals of a stage go that is taken out of use."""

    def __init__(self, data: Any = None, *, stage: Stage) -> None:
        super().__init__(data)
        others = Stage.objects.live().filter(pipeline=stage.pipeline_id, kind=Status.OPEN)
        self.fields["move_to"] = forms.ModelChoiceField(
            others.exclude(pk=stage.pk),
            required=False,
            label="Move its open deals to",
            empty_label="There are none, or I choose later",
        )
