"""What an admin enters about pipelines, and how people choose one."""

from collections.abc import Iterable
from typing import Any

from django import forms

from kit.forms import KitForm, PlainTextField
from pipeline.models.deals import Stage
from pipeline.models.pipelines import Pipeline
from pipeline.services.pipelines import FIELDS

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
