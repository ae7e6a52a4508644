"""Which breaches are looked at, and what is decided about one."""

from datetime import datetime
from typing import Any

from django import forms

from kit.forms import DayField, KitForm, PageField, PlainTextField
from org.models.people import Person
from pipeline.enums import SIGNAL_LABELS, Signal
from pipeline.forms.pipeline_look import PipelineLookForm
from pipeline.metrics.hygiene import REMEDY_LABELS, STATE_LABELS
from pipeline.reports.setting import Setting


class WorklistForm(PipelineLookForm):
    """Whose open deals, which rule, and where the decisions stand."""

    page = PageField()

    def __init__(self, data: Any, *, viewer: Person, calendar: Setting, now: datetime) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        rules = [(str(signal), SIGNAL_LABELS[signal]) for signal in Signal]
        states = [(str(state), label) for state, label in STATE_LABELS.items()]
        self.fields["signal"] = forms.ChoiceField(
            choices=[("", "Every rule"), *rules], required=False, label="Rule"
        )
        self.fields["state"] = forms.ChoiceField(
            choices=[("", "All"), *states], required=False, label="Where it stands"
        )
        # All open deals are looked at, whenever they should close.
        self.fields["period"].widget = forms.HiddenInput()


class DecisionForm(KitForm):
    """What becomes of one breach, by when, and why."""

    deal = forms.IntegerField(widget=forms.HiddenInput)
    signal = forms.ChoiceField(
        choices=[(str(signal), "") for signal in Signal], widget=forms.HiddenInput
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    remedy = forms.ChoiceField(
        choices=[(str(remedy), label) for remedy, label in REMEDY_LABELS.items()],
        label="What becomes of it",
    )
    due_on = DayField(label="Until", help_text="To be done by, or holds until.")
    reason = PlainTextField(
        required=False, max_length=500, label="Why", help_text="Needed where it is right as it is."
    )
