"""How a deal ended, as people enter it, and the set-up of pipelines, stages and outcomes."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db.models import Max, Q

from kit.fields import choices
from kit.forms import KitForm, PlainTextField, RowForm, choose
from org.models.people import Person
from pipeline.enums import LOSS_KIND_LABELS, Category, LossKind, Status
from pipeline.stages.models import Competitor, LossReason, Pipeline, Stage

TEXT_AREA = forms.Textarea(attrs={"rows": 3})


class LossReasonField(forms.ModelChoiceField):
    """The code of a reason in use, or of ``keep``; None where it may be left out."""

    def __init__(self, *, viewer: Person, keep: str | None = None, required: bool = True) -> None:
        rows = LossReason.objects.visible_to(viewer)
        super().__init__(
            rows.filter(Q(archived_at__isnull=True) | Q(code=keep)),
            to_field_name="code",
            required=required,
            label="Loss reason",
            empty_label="Choose a reason",
        )

    def clean(self, value: Any) -> str | None:
        found: LossReason | None = super().clean(value)
        return found.code if found else None


def competitor_field(
    *, viewer: Person, keep: Competitor | None = None, label: str = "Competitor"
) -> forms.ModelChoiceField:
    """Return a choice of the competitors in use, ``keep`` among them though it is not."""
    rows = Competitor.objects.visible_to(viewer)
    return forms.ModelChoiceField(
        rows.filter(Q(archived_at__isnull=True) | Q(pk=keep.pk if keep else None)),
        required=False,
        label=label,
        empty_label="Nobody we know of",
    )


def loss_fields(
    viewer: Person, *, keep: str | None = None, required: bool = True
) -> dict[str, forms.Field]:
    """Return the fields that a lost stage asks for."""
    rival = competitor_field(viewer=viewer, label="Who won it?")
    rival.help_text = "Needed where a competitor won."
    return {
        "lost_reason": LossReasonField(viewer=viewer, keep=keep, required=required),
        "competitor": rival,
        "new_competitor": PlainTextField(
            required=False, max_length=100, label="Or a competitor who is not on the list"
        ),
        "lost_note": PlainTextField(
            required=False, max_length=5000, label="What happened", widget=TEXT_AREA
        ),
    }


def reopen_reason() -> PlainTextField:
    return PlainTextField(
        required=False,
        max_length=900,
        label="Why is it opened again?",
        help_text="The credit for the deal ends, and how it was closed goes into its history.",
        widget=TEXT_AREA,
    )


def win_evidence(*, required: bool = True) -> PlainTextField:
    return PlainTextField(
        required=required,
        max_length=5000,
        label="What shows that it is won?",
        help_text="The order number, the signed offer, the e-mail.",
        widget=TEXT_AREA,
    )


class LossReasonSetUpForm(RowForm):
    """A reason for which deals are lost."""

    name = PlainTextField(max_length=100, label="Reason")
    kind = forms.ChoiceField(
        choices=choices(LossKind, LOSS_KIND_LABELS),
        label="Kind",
        help_text="A competitive loss asks for the competitor; no decision means nobody won.",
    )
    order = forms.IntegerField(min_value=0, max_value=32_000, label="Place", initial=100)


class CompetitorForm(RowForm):
    """A competitor by name."""

    name = PlainTextField(max_length=100, label="Competitor")


StageChoices = list[tuple[Any, Any]]


class PipelineForm(RowForm):
    """A way of selling with stages of its own."""

    name = PlainTextField(
        max_length=100, label="Pipeline", help_text="What is sold how: new business, renewals."
    )
    order = forms.IntegerField(
        min_value=0, max_value=32_000, label="Place", help_text="Pipelines run from low to high."
    )


class QualifiedStageForm(KitForm):
    """The stage from which the deals of a pipeline count as qualified."""

    stage = forms.ModelChoiceField(
        Stage.objects.none(),
        required=False,
        label="Qualified from",
        empty_label="The second open stage",
        help_text="The win rate of qualified deals leaves out those that were lost before it.",
    )

    def __init__(self, data: Any = None, *, viewer: Person, pipeline: Pipeline) -> None:
        stages = Stage.objects.visible_to(viewer).live()
        offered = stages.filter(pipeline=pipeline, kind=Status.OPEN)
        super().__init__(data, initial={"stage": offered.filter(is_qualified=True).first()})
        choose(self, "stage", offered)


class ArchivePipelineForm(KitForm):
    """Nothing to enter: it carries the refusal."""


def id_in(text: Any) -> int | None:
    """Return the id that a text of an address holds; None for none."""
    return int(text) if str(text).isdecimal() and len(str(text)) < 19 else None


def stage_choices(stages: Iterable[Stage]) -> StageChoices:
    """Return stages as choices, under the names of their pipelines where there are several."""
    groups: dict[int, tuple[str, StageChoices]] = {}
    for stage in stages:
        group = groups.setdefault(stage.pipeline_id, (stage.pipeline.name, []))
        group[1].append((stage.pk, stage.name))
    if len(groups) > 1:
        return list(groups.values())
    return [choice for _, choices in groups.values() for choice in choices]


class StageForm(RowForm):
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
        first: dict[str, Any] = {}
        usable = Q(archived_at__isnull=True)
        if stage:
            usable |= Q(pk=stage.pipeline_id)
        rows = Pipeline.objects.filter(usable).annotate(last=Max("stages__order"))
        offered = list(rows.order_by("order", "pk"))
        if not stage:
            chosen = next((row for row in offered if str(row.pk) == pipeline), None)
            chosen = chosen or next(row for row in offered if row.is_default)
            first = {"pipeline": chosen, "order": min((chosen.last or 0) + 10, 32_000)}
        super().__init__(data, row=stage, initial=first)
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
