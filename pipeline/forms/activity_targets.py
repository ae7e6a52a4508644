"""What is entered about activity targets, and what the addresses of their pages say."""

from datetime import date, datetime
from typing import Any

from django import forms

from kit.fields import choices
from kit.forms import DayField, KitForm, PlainTextField
from kit.periods import Period
from org.models.people import Person
from pipeline.enums import EVERY_LABELS, Every
from pipeline.forms.look import ScopeForm
from pipeline.metrics.activity_targets import around
from pipeline.models.activity_targets import KINDS, ROLES
from pipeline.reports.look import Look
from pipeline.reports.scope import Scope, person_scope
from pipeline.reports.setting import Setting

WHOLE, WEEK = "", "week"


class TargetForm(KitForm):
    """What everybody of a role owes of a kind, from a day on."""

    role = forms.ChoiceField(choices=ROLES)
    kind = forms.ChoiceField(choices=KINDS, label="What")
    count = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10_000,
        label="How many",
        help_text="Left empty, the target is withdrawn.",
    )
    every = forms.ChoiceField(choices=choices(Every, EVERY_LABELS), label="In a")
    starts_on = DayField(label="From")
    reason = PlainTextField(max_length=500, label="Why")

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"starts_on": today})


class OwedForm(ScopeForm):
    """Whose activities against their targets, over a fiscal period or the week of the day."""

    def __init__(self, data: Any, *, viewer: Person, calendar: Setting, now: datetime) -> None:
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        spans = [(WHOLE, "The period"), (WEEK, "The week")]
        self.fields["over"] = forms.ChoiceField(choices=spans, required=False, label="Over")
        self.order_fields(["team", "over", "period", "as_of"])

    @property
    def is_elsewhere(self) -> bool:
        return "team" in self.errors

    @property
    def scope(self) -> Scope:
        """The team that is asked for; oneself for those who lead none."""
        return super().scope if self.scopes else person_scope(self.viewer)

    def span(self, look: Look) -> Period:
        """Return the days that are looked at; for a valid form."""
        return span_of(look, over=self.cleaned_data["over"])


def span_of(look: Look, *, over: str) -> Period:
    """Return the week of the day looked at, or the whole period."""
    return around(look.day, Every.WEEK) if over == WEEK else look.period.period
