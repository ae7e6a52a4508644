"""What an admin enters about pipelines, and how people choose one."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kit.forms import KitForm, PlainTextField, choose
from org.models.people import Person
from pipeline.enums import Status
from pipeline.stages.models import Pipeline, Stage
from pipeline.stages.services.pipelines import FIELDS

StageChoices = list[tuple[Any, Any]]


class PipelineForm(KitForm):
    """A way of selling with stages of its own."""

    name = PlainTextField(
        max_length=100, label="Pipeline", help_text="What is sold how: new business, renewals."
    )
    order = forms.IntegerField(
        min_value=0, max_value=32_000, label="Place", help_text="Pipelines run from low to high."
    )

    def __init__(
        self, data: Any = None, *, pipeline: Pipeline | None = None, order: int = 10
    ) -> None:
        stored = {name: getattr(pipeline, name) for name in FIELDS} if pipeline else {}
        super().__init__(data, initial={"order": order} | stored)


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
