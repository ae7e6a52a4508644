"""The filter of data quality issues, and the form that decides about one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from analytics.context.forms import PipelineViewForm
from analytics.context.reports.organisation_calendar import OrganisationCalendar
from analytics.risk.enums import SIGNAL_LABELS, Signal
from analytics.risk.metrics.hygiene import REMEDY_LABELS, STATE_LABELS
from kit.forms import DayField, KitForm, PageField, PlainTextField
from org.models.people import Person


class WorklistForm(PipelineViewForm):
    """The filter of the data quality list: scope, rule and state of the decision."""

    page = PageField()

    def __init__(
        self, data: Any, *, viewer: Person, calendar: OrganisationCalendar, now: datetime
    ) -> None:
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


@dataclass(frozen=True, slots=True)
class IssueChoice:
    """An issue that may be decided about: the newest decision that is shown of it, 0 for none."""

    signal: Signal
    seen: int
    words: str
    is_ticked: bool

    @property
    def token(self) -> str:
        return f"{self.signal}:{self.seen}"


def _offered(token: str) -> IssueChoice | None:
    name, _, seen = token.partition(":")
    if name not in set(Signal) or not (seen.isascii() and seen.isdecimal() and len(seen) < 19):
        return None
    signal = Signal(name)
    return IssueChoice(signal, int(seen), SIGNAL_LABELS[signal], is_ticked=True)


class DecisionForm(KitForm):
    """What becomes of the issues of one deal, by when, and why."""

    deal = forms.IntegerField(widget=forms.HiddenInput)
    breaches = forms.MultipleChoiceField(
        label="About",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick what you decide about."},
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    remedy = forms.ChoiceField(
        choices=[(str(remedy), label) for remedy, label in REMEDY_LABELS.items()],
        label="What becomes of it",
    )
    due_on = DayField(label="Until", help_text="To be done by, or holds until.")
    reason = PlainTextField(
        required=False, max_length=500, label="Why", help_text="Needed where it is right as it is."
    )

    def __init__(
        self, data: Any = None, *, offered: Sequence[IssueChoice] = (), **options: Any
    ) -> None:
        super().__init__(data, **options)
        if data is not None:
            offered = [each for token in data.getlist("breaches") if (each := _offered(token))]
        field = self.fields["breaches"]
        field.choices = [(each.token, each.words) for each in offered]  # type: ignore[attr-defined]
        self.initial["breaches"] = [each.token for each in offered if each.is_ticked]
        if len(offered) == 1:
            field.widget = forms.MultipleHiddenInput()

    def decided(self) -> dict[Signal, int]:
        """Return the issues as the service takes them; for a valid form."""
        found = (_offered(token) for token in self.cleaned_data["breaches"])
        return {each.signal: each.seen for each in found if each}
