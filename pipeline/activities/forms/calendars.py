"""Loading a calendar, and choosing what of it becomes an activity."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from kit.forms import KitForm
from pipeline.activities.imports.calendars import MOST_BYTES
from pipeline.activities.reports.calendars import MeetingRow
from pipeline.customers.models import Contact
from pipeline.deals.models.deals import Deal


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
