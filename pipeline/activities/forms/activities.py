"""What people enter about what they did with customers."""

from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from kit.fields import choices
from kit.forms import DayField, KitForm, PageField, PlainTextField, SortField
from org.enums import Role
from org.models.people import Person
from pipeline.activities.models import LONGEST
from pipeline.activities.tables import ACTIVITIES
from pipeline.customers.models import Account, Contact
from pipeline.deals.fields import MomentField
from pipeline.deals.models.deals import Deal
from pipeline.enums import ACTIVITY_LABELS, DIRECTION_LABELS, ActivityKind, Direction

KINDS = choices(ActivityKind, ACTIVITY_LABELS)
DIRECTIONS = [("", "Not said"), *choices(Direction, DIRECTION_LABELS)]


def minutes_field() -> forms.IntegerField:
    """Return how long an activity lasted, which nobody need say."""
    return forms.IntegerField(required=False, min_value=0, max_value=LONGEST, label="Minutes")


class LogForm(KitForm):
    """An activity in a line: on a deal, an account or with a contact, which the page knows."""

    kind = forms.ChoiceField(choices=KINDS, label="What")
    subject = PlainTextField(max_length=300, label="In a few words")
    body = PlainTextField(
        required=False,
        max_length=20_000,
        label="Notes",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    occurred_at = MomentField(label="When")
    direction = forms.ChoiceField(choices=DIRECTIONS, required=False, label="Direction")
    minutes = minutes_field()
    submission = forms.UUIDField(widget=forms.HiddenInput)
    next = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(
        self,
        data: Any = None,
        *,
        viewer: Person,
        now: datetime,
        deal: Deal | None = None,
        account: Account | None = None,
    ) -> None:
        about = {"deal": deal and deal.pk, "account": account and account.pk}
        # Whole minutes, which is what the input can hold.
        minute = timezone.localtime(now).replace(second=0, microsecond=0)
        initial = {"submission": uuid4(), "occurred_at": minute, **about}
        super().__init__(data, initial=initial, auto_id="log_%s")
        self.fields["deal"] = forms.ModelChoiceField(
            Deal.objects.visible_to(viewer).live(), required=False, widget=forms.HiddenInput
        )
        self.fields["account"] = forms.ModelChoiceField(
            Account.objects.visible_to(viewer).live(), required=False, widget=forms.HiddenInput
        )
        self.fields["contact"] = forms.ModelChoiceField(
            Contact.objects.visible_to(viewer).live(), required=False, widget=forms.HiddenInput
        )

    def values(self) -> dict[str, Any]:
        """Return the arguments of log_activity; for a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "next"}


class ActivityFilter(KitForm):
    """What narrows the list of activities."""

    person = forms.TypedChoiceField(required=False, coerce=int, empty_value=None)
    kind = forms.ChoiceField(required=False, choices=[("", "All kinds"), *KINDS])
    direction = forms.ChoiceField(required=False, choices=[("", "All directions"), *DIRECTIONS[1:]])
    since = DayField(required=False, label="From")
    before = DayField(required=False, label="Before")
    sort = SortField(columns=ACTIVITIES, default="-occurred_at")
    page = PageField()

    def __init__(self, data: Any, *, viewer: Person) -> None:
        super().__init__(data)
        people = list(
            Person.objects.led_by(viewer)
            .with_roles(Role.REP, Role.MANAGER)
            .values_list("pk", "full_name")
        )
        self.fields["person"].choices = [("", "Everyone"), *people]  # type: ignore[attr-defined]
        if len(people) < 2:
            del self.fields["person"]

    def arguments(self) -> dict[str, Any]:
        """Return the arguments of activities_of; for a valid form."""
        given = self.cleaned_data
        return {
            "person": given.get("person"),
            "kind": given["kind"],
            "direction": given["direction"],
            "since": _midnight(given["since"]),
            "before": _midnight(given["before"]),
            "sort": given["sort"],
        }


def _midnight(day: date | None) -> datetime | None:
    """Return the start of the day in the organisation's time zone, which is the active one."""
    return timezone.make_aware(datetime.combine(day, time())) if day else None
