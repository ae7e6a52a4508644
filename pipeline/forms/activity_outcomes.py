"""What the address of the page from activities to outcomes says."""

from datetime import datetime
from typing import Any

from django import forms

from kit.forms import PageField
from org.models.people import Person
from pipeline.enums import ActivityKind
from pipeline.forms.activity_targets import OwedForm
from pipeline.metrics.activity_outcomes import Reach
from pipeline.models.activity_targets import KINDS
from pipeline.reports.setting import Setting

USUAL_DAYS = 14
STATUSES = ("", "open", "won", "lost", "closed")
SHOWN = [f"{reach}:{status}" for reach in ("", *Reach) for status in STATUSES]


class OutcomeForm(OwedForm):
    """Whose deals, created when, by the first activity of a kind within some days."""

    def __init__(self, data: Any, *, viewer: Person, calendar: Setting, now: datetime) -> None:
        # What is not said is shown as it is understood.
        data = data.copy()
        data["kind"] = data.get("kind") or str(ActivityKind.MEETING)
        data["days"] = data.get("days") or str(USUAL_DAYS)
        super().__init__(data, viewer=viewer, calendar=calendar, now=now)
        del self.fields["over"]
        self.fields["kind"] = forms.ChoiceField(choices=KINDS, label="First")
        self.fields["days"] = forms.IntegerField(min_value=1, max_value=365, label="Within days")
        self.fields["show"] = forms.ChoiceField(
            choices=[("", ""), *((name, name) for name in SHOWN)],
            required=False,
            widget=forms.HiddenInput,
        )
        self.fields["page"] = PageField()
        self.order_fields(["team", "kind", "days", "period", "as_of"])
