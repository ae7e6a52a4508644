"""Many activities entered at once, each on a row of its own."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from kit.forms import KitForm, PlainTextField, add_errors
from org.models.people import Person
from pipeline.activities.forms.activities import DIRECTIONS, KINDS
from pipeline.activities.forms.typed import DealNameField
from pipeline.deals.fields import MomentField

ROWS_SHOWN, MORE_ROWS, MOST_ROWS = 8, 8, 100


class ActivityRow(KitForm):
    """One activity on a deal. A row without deal and words is not one."""

    # Blank rows are left out, so the browser must not insist on any.
    use_required_attribute = False
    kind = forms.ChoiceField(choices=KINDS, label="What")
    direction = forms.ChoiceField(choices=DIRECTIONS, required=False, label="Direction")
    occurred_at = MomentField(label="When")
    subject = PlainTextField(max_length=300, label="In a few words")
    submission = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data: Any, *, number: int, viewer: Person, now: datetime) -> None:
        minute = timezone.localtime(now).replace(second=0, microsecond=0)
        super().__init__(
            data,
            prefix=f"row-{number}",
            initial={"submission": uuid4(), "occurred_at": minute},
        )
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
