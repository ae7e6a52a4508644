"""What people enter about what they did with customers."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from kit.fields import choices
from kit.forms import DayField, KitForm, PageField, PlainTextField, SortField, add_errors
from org.enums import Role
from org.models.people import Person
from pipeline.activities.fields import DealNameField, find_contact
from pipeline.activities.imports.calendars import MOST_BYTES
from pipeline.activities.models import LONGEST
from pipeline.activities.reports import MeetingRow
from pipeline.activities.tables import ACTIVITIES
from pipeline.customers.fields import AccountField, TypedField
from pipeline.customers.models import Account, Contact
from pipeline.deals.fields import MomentField
from pipeline.deals.models import Deal
from pipeline.enums import ACTIVITY_LABELS, DIRECTION_LABELS, ActivityKind, Direction

KINDS = choices(ActivityKind, ACTIVITY_LABELS)
DIRECTIONS = [("", "Not said"), *choices(Direction, DIRECTION_LABELS)]


class ActivityForm(KitForm):
    """What is said of any activity, now unless it says when."""

    kind = forms.ChoiceField(choices=KINDS, label="What")
    direction = forms.ChoiceField(choices=DIRECTIONS, required=False, label="Direction")
    minutes = forms.IntegerField(required=False, min_value=0, max_value=LONGEST, label="Minutes")
    occurred_at = MomentField(label="When")
    subject = PlainTextField(max_length=300, label="In a few words")
    body = PlainTextField(
        required=False, max_length=20_000, label="Notes", widget=forms.Textarea(attrs={"rows": 2})
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, now: datetime, initial: Any = None, **options: Any) -> None:
        # Whole minutes, which is what the input can hold.
        minute = timezone.localtime(now).replace(second=0, microsecond=0)
        first = {"submission": uuid4(), "occurred_at": minute} | (initial or {})
        super().__init__(data, initial=first, **options)

    def values(self) -> dict[str, Any]:
        """Return the arguments of the services; for a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if name != "next"}


class LogForm(ActivityForm):
    """An activity in a line: on a deal, an account or with a contact, which the page knows."""

    field_order = ["kind", "subject", "body", "occurred_at", "direction", "minutes"]

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
        super().__init__(data, now=now, initial=about, auto_id="log_%s")
        models: dict[str, Any] = {"deal": Deal, "account": Account, "contact": Contact}
        for name, model in models.items():
            rows = model.objects.visible_to(viewer).live()
            self.fields[name] = forms.ModelChoiceField(
                rows, required=False, widget=forms.HiddenInput
            )


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
        given = {"person": None, **self.cleaned_data}
        del given["page"]
        return given | {name: _midnight(given[name]) for name in ("since", "before")}


def _midnight(day: date | None) -> datetime | None:
    """Return the start of the day in the organisation's time zone, which is the active one."""
    return timezone.make_aware(datetime.combine(day, time())) if day else None


# The dialog stands over pages that have ids and suggestions of their own.
IDS = "quick-%s"
WHERE = "#quick-deal, #quick-account"


class QuickForm(ActivityForm):
    """An activity from anywhere: what it is about is typed, and what comes next is said with it."""

    next_step = PlainTextField(
        required=False, max_length=500, label="Next step", help_text="Replaces the deal's."
    )
    next_step_on = DayField(required=False, label="Next step on")
    field_order = ["deal", "account", "contact", "kind", "direction", "occurred_at", "subject"]

    def __init__(self, data: Any = None, *, viewer: Person, now: datetime, back: str = "") -> None:
        super().__init__(data, now=now, initial={"next": back}, auto_id=IDS)
        self.viewer = viewer
        self.fields["deal"] = DealNameField(
            viewer=viewer,
            suggestions="quick-deals",
            required=False,
            label="Deal",
            help_text="Begin to type its name or its account's.",
        )
        self.fields["account"] = AccountField(
            viewer=viewer,
            suggestions="quick-accounts",
            required=False,
            label="Account",
            help_text="Where it was about no deal.",
        )
        self.fields["contact"] = TypedField(
            suggest="pipeline:contact-suggest",
            suggestions="quick-contacts",
            along=WHERE,
            required=False,
            label="Contact",
        )
        self.fields["deal"].widget.attrs["autofocus"] = True
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        deal, account = given.get("deal"), given.get("account")
        if deal and account and deal.account_id != account.pk:
            self.add_error("account", f"{deal} is a deal of {deal.account or 'no account'}.")
        if (text := given.get("contact")) and not self.errors.keys() & {"deal", "account"}:
            self._name_contact(text, account or (deal.account if deal else None))
        return given

    def _name_contact(self, text: str, account: Account | None) -> None:
        try:
            contact = find_contact(text, viewer=self.viewer, account=account)
        except ValidationError as error:
            self.add_error("contact", error)
            return
        self.cleaned_data["contact"] = contact
        self.cleaned_data["account"] = account or contact.account

    def values(self) -> dict[str, Any]:
        given = super().values()
        return given | {"contact": given["contact"] or None}


ROWS_SHOWN, MORE_ROWS, MOST_ROWS = 8, 8, 100


class ActivityRow(ActivityForm):
    """One activity on a deal. A row without deal and words is not one."""

    # Blank rows are left out, so the browser must not insist on any.
    use_required_attribute = False
    minutes = body = next = None  # type: ignore[assignment]

    def __init__(self, data: Any, *, number: int, viewer: Person, now: datetime) -> None:
        super().__init__(data, now=now, prefix=f"row-{number}")
        self.number = number
        self.fields["deal"] = DealNameField(viewer=viewer, suggestions="bulk-deals", label="Deal")
        self.order_fields(["deal", "kind", "direction", "occurred_at", "subject", "submission"])
        for name, field in self.fields.items():
            field.widget.attrs["aria-label"] = f"Row {number}: {field.label or name}"

    @property
    def is_blank(self) -> bool:
        texts = (self.data.get(self.add_prefix(name), "") for name in ("deal", "subject"))
        return self.is_bound and not any(text.strip() for text in texts)

    @property
    def faults(self) -> list[str]:
        """What is wrong with the row, each time with its number and the name of the field."""
        if not self.is_bound or self.is_blank:
            return []
        return [
            f"Row {self.number}, {self[name].label}: {text}"
            if name in self.fields
            else f"Row {self.number}: {text}"
            for name, texts in self.errors.items()
            for text in texts
        ]


class RowsForm:
    """A page of rows. What was sent tells how many there are."""

    def __init__(self, data: QueryDict | None, *, viewer: Person, now: datetime) -> None:
        self.sent = data is not None
        given = data or QueryDict()
        self.skips = "skip" in given
        self.wants_more = "more" in given
        asked = given.get("rows", "")
        number = (
            int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else ROWS_SHOWN
        )
        count = min(max(number, 1), MOST_ROWS)
        self.rows = [
            ActivityRow(data, number=each, viewer=viewer, now=now) for each in range(1, count + 1)
        ]
        if self.wants_more:
            more = range(count + 1, min(count + MORE_ROWS, MOST_ROWS) + 1)
            self.rows += [ActivityRow(None, number=each, viewer=viewer, now=now) for each in more]

    @property
    def count(self) -> int:
        return max(row.number for row in self.rows)

    @property
    def filled(self) -> Sequence[ActivityRow]:
        return [row for row in self.rows if row.is_bound and not row.is_blank]

    @property
    def good(self) -> dict[int, dict[str, Any]]:
        """The rows that can be logged, by number, as log_many takes them."""
        return {row.number: dict(row.cleaned_data) for row in self.filled if row.is_valid()}

    @property
    def faults(self) -> list[str]:
        """What is wrong, once somebody asked for the rows to be logged."""
        if not self.sent or self.wants_more:
            return []
        if not self.filled:
            return ["Fill in at least one row: a deal, and what happened in a few words."]
        return [fault for row in self.rows for fault in row.faults]

    def refuse(self, errors: Mapping[int, ValidationError]) -> None:
        """Show what the service said of rows on their fields."""
        for row in self.filled:
            if row.number in errors:
                add_errors(row, errors[row.number])

    def leave_out(self, numbers: Sequence[int]) -> None:
        """Keep only the rows that are not logged yet."""
        self.rows = [row for row in self.filled if row.number not in numbers]


class CalendarForm(KitForm):
    """A calendar file."""

    file = forms.FileField(
        label="Calendar file",
        help_text="An .ics file, as Outlook, Google Calendar and others export it; at most 5 MB.",
        widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"}),
        error_messages={"empty": "The file is empty."},
    )
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files, initial={"submission": uuid4()})

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise ValidationError("The file is larger than 5 MB: export a shorter span of time.")
        return file


class PickedRow:
    """A row of the preview with what is chosen for it."""

    def __init__(self, row: MeetingRow, sent: QueryDict | None) -> None:
        self.row = row
        self.name = f"deal-{row.key}"
        offered = {str(deal.pk): deal for deal in row.deals}
        suggested = str(row.deal.pk) if row.deal else ""
        chosen = suggested if sent is None else sent.get(self.name, "")
        self.deal: Deal | None = offered.get(chosen)
        self.is_wrong = bool(chosen) and self.deal is None
        self.is_picked = not row.is_logged and (sent is None or row.key in sent.getlist("take"))

    @property
    def options(self) -> list[tuple[str, str, bool]]:
        chosen = self.deal.pk if self.deal else None
        none = ("", f"No deal, {self.row.contact.account}", chosen is None)
        return [none, *((str(deal.pk), deal.name, deal.pk == chosen) for deal in self.row.deals)]


class PickForm:
    """The preview: which meetings are logged, and on which deal."""

    def __init__(self, sent: QueryDict | None, rows: Sequence[MeetingRow]) -> None:
        self.sent = sent
        self.rows = [PickedRow(row, sent) for row in rows]

    @property
    def faults(self) -> list[str]:
        if self.sent is None:
            return []
        return [
            f"{each.row.title}: this deal is not open any more, or not at that account."
            for each in self.rows
            if each.is_picked and each.is_wrong
        ]

    def picks(self) -> Mapping[str, tuple[Contact, Deal | None]]:
        """Return the chosen meetings as log_calendar takes them."""
        return {each.row.key: (each.row.contact, each.deal) for each in self.rows if each.is_picked}
