"""A look at one pipeline of several, or at all of them."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms

from org.models.people import Person
from pipeline.forms.whose import WhoseForm, one_of_these
from pipeline.reports.look import Look
from pipeline.reports.scope import Scope
from pipeline.reports.setting import Setting


class PipelineLookForm(WhoseForm):
    """Whose deals, and of which pipeline; where there is one pipeline, nothing is asked."""

    def __init__(self, data: Any, *, viewer: Person, calendar: Setting, now: datetime) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        self.pipelines = calendar.pipelines
        options = [(each.pk, each.name) for each in self.pipelines]
        self.fields["pipeline"] = one_of_these(options, label="Pipeline", none="All pipelines")
        if len(options) < 2:
            self.fields["pipeline"].widget = forms.HiddenInput()

    @property
    def pipeline_name(self) -> str:
        """The pipeline that a valid form asks for; "" for all of them, or where there is one."""
        if len(self.pipelines) < 2:
            return ""
        chosen = self.cleaned_data["pipeline"]
        return next((each.name for each in self.pipelines if each.pk == chosen), "")

    def look(self, scope: Scope) -> Look:
        return replace(super().look(scope), pipeline=self.cleaned_data["pipeline"])
