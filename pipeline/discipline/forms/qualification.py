"""What people enter about how well a deal is qualified, and admins about the frameworks."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from kit.forms import KitForm, PlainTextField
from pipeline.discipline.models import Framework, FrameworkElement
from pipeline.discipline.services.qualification import LONGEST
from pipeline.enums import SCORE_LABELS
from pipeline.stages.models import Stage

SCORES = [(score, f"{score} {label}") for score, label in SCORE_LABELS.items()]


class ScoresForm(KitForm):
    """A score from 0 to 3 and its evidence for each element of a framework."""

    def __init__(
        self,
        data: Any = None,
        *,
        elements: Iterable[FrameworkElement],
        scores: Mapping[int, tuple[int, str]],
    ) -> None:
        super().__init__(data)
        self.elements = list(elements)
        for element in self.elements:
            score, evidence = scores.get(element.pk, (0, ""))
            self.fields[f"score_{element.pk}"] = forms.TypedChoiceField(
                choices=SCORES,
                coerce=int,
                initial=score,
                label=element.name,
                help_text=element.question,
            )
            self.fields[f"evidence_{element.pk}"] = PlainTextField(
                required=False,
                max_length=LONGEST,
                initial=evidence,
                label=f"What shows it: {element.name}",
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def scores(self) -> dict[int, tuple[int, str]]:
        """Return score and evidence by element; for a valid form."""
        given = self.cleaned_data
        return {
            element.pk: (given[f"score_{element.pk}"], given[f"evidence_{element.pk}"])
            for element in self.elements
        }


class FrameworkForm(KitForm):
    """A framework by its name."""

    name = PlainTextField(max_length=60, label="Framework")

    def __init__(self, data: Any = None, *, framework: Framework | None = None) -> None:
        super().__init__(data, initial={"name": framework.name if framework else ""})


class ElementForm(KitForm):
    """One thing to know of a deal, and how well it must be known by each stage."""

    name = PlainTextField(max_length=60, label="Element")
    question = PlainTextField(max_length=300, label="Question")
    order = forms.IntegerField(min_value=0, max_value=32_000, label="Place", initial=10)

    def __init__(
        self,
        data: Any = None,
        *,
        stages: Iterable[Stage],
        element: FrameworkElement | None = None,
        minimums: Mapping[int, int],
    ) -> None:
        own = ("name", "question", "order")
        super().__init__(
            data, initial={name: getattr(element, name) for name in own} if element else {}
        )
        self.stages = list(stages)
        for stage in self.stages:
            self.fields[f"least_{stage.pk}"] = forms.TypedChoiceField(
                required=False,
                coerce=int,
                empty_value=None,
                choices=[(0, "Nothing"), *SCORES[1:]],
                initial=minimums.get(stage.pk, 0),
                label=f"By {stage.name} at least",
            )

    def values(self) -> dict[str, Any]:
        """Return the fields and the minimums; for a valid form."""
        given = self.cleaned_data
        return {
            "fields": {name: given[name] for name in ("name", "question", "order")},
            "minimums": {stage.pk: given[f"least_{stage.pk}"] or 0 for stage in self.stages},
        }
