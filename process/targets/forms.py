"""Forms of activity targets and of activities beside outcomes."""

from datetime import date, datetime
from typing import Any

from django import forms

from analytics.context.forms import ScopeForm
from analytics.context.reports import OrganisationCalendar, ReportView, Scope, person_scope
from kit.fields import choices
from kit.forms import DayField, KitForm, NameField, PageField, PlainTextField
from kit.periods import Period
from org.models.people import Person
from pipeline.enums import ActivityKind
from process.enums import EVERY_LABELS, Every
from process.models import KINDS, ROLES
from process.targets.metrics import Reach, around

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

    def __init__(
        self, data: Any, *, viewer: Person, calendar: OrganisationCalendar, now: datetime
    ) -> None:
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

    def span(self, report_view: ReportView) -> Period:
        """Return the days that are selected; for a valid form."""
        return span_of(report_view, over=self.cleaned_data["over"])


def span_of(report_view: ReportView, *, over: str) -> Period:
    """Return the week of the as-of day, or the whole period."""
    return around(report_view.day, Every.WEEK) if over == WEEK else report_view.period.period


USUAL_DAYS = 14
STATUSES = ("", "open", "won", "lost", "closed")
SHOWN = [f"{reach}:{status}" for reach in ("", *Reach) for status in STATUSES]


class OutcomeForm(OwedForm):
    """Whose deals, created when, by the first activity of a kind within some days."""

    def __init__(
        self, data: Any, *, viewer: Person, calendar: OrganisationCalendar, now: datetime
    ) -> None:
        # What is not said is shown as it is understood.
        data = data.copy()
        data["kind"] = data.get("kind") or str(ActivityKind.MEETING)
        data["days"] = data.get("days") or str(USUAL_DAYS)
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        del self.fields["over"]
        self.fields["kind"] = forms.ChoiceField(choices=KINDS, label="First")
        self.fields["days"] = forms.IntegerField(min_value=1, max_value=365, label="Within days")
        self.fields["show"] = NameField(SHOWN)
        self.fields["page"] = PageField()
        self.order_fields(["team", "kind", "days", "period", "as_of"])
