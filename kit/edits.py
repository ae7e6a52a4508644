"""Forms over a row that others may edit too: what the author saw, and what to do about a clash."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString

from kit import display
from kit.forms import KitForm


class EditForm(KitForm):
    """A form that carries, hidden beside each field, what its author saw."""

    # What the author looked at, and when.
    about_the_look: ClassVar[tuple[str, ...]] = ("version",)

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def remember_what_is_seen(self) -> None:
        """Send what each field holds beside it; once all fields are there."""
        for name, field in self.fields.items():
            field.show_hidden_initial = name not in self.about_the_look

    def changed_values(self) -> dict[str, Any]:
        """Return the fields that the author changed from what they saw; for a valid form."""
        names = [name for name in self.changed_data if name not in self.about_the_look]
        return {name: self.cleaned_data[name] for name in names}

    @property
    def seen_values(self) -> list[SafeString]:
        """Return the hidden inputs that carry what the author saw."""
        return [
            field.as_hidden(only_initial=True)  # type: ignore[call-arg]
            for field in self
            if field.field.show_hidden_initial
        ]

    def stored_text(self, name: str) -> str:
        """Return the stored value of a field as its input would hold it."""
        bound = self[name]
        value = bound.field.prepare_value(bound.initial)
        return "" if value is None else str(value)

    def changed_by_others(self, current: "EditForm") -> list[str]:
        """Return the fields whose stored value is not the one that the author saw."""
        return [
            name
            for name in self.fields
            if name in current.fields
            and name not in self.about_the_look
            and self.data.get(self.add_initial_prefix(name)) != current.stored_text(name)
        ]

    def inputs_over(self, current: "EditForm", clashing: Collection[str]) -> dict[str, str]:
        """Return the inputs of a form that repeats this one on top of the row of now.

        What the author typed stays in the ``clashing`` fields; all others hold what is stored.
        """
        inputs = {name: str(current.initial[name]) for name in self.about_the_look}
        for name in current.fields:
            if name not in self.about_the_look:
                stored = current.stored_text(name)
                typed = self.data.get(name, "") if name in clashing else stored
                inputs |= {self.add_initial_prefix(name): stored, name: typed}
        return inputs


def chosen(data: QueryDict) -> QueryDict:
    """Put the stored value in for each field of which the author of a conflict took that one.

    A page of two values sends ``take-amount=stored`` beside its own and, as what was seen, the
    stored value; the field then counts as not changed.
    """
    taken = data.copy()
    for key, value in data.items():
        if key.startswith("take-") and value != "mine":
            name = key.removeprefix("take-")
            taken.setlist(name, data.getlist(f"initial-{name}"))
    return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDifference:
    """A field that the author wants to change: their text and the stored one.

    ``contested``: the stored one is not what the author saw, so somebody changed it meanwhile.
    """

    field: str
    label: str
    mine: str
    stored: str
    contested: bool


def clashes(form: EditForm, current: EditForm) -> list[FieldDifference]:
    """Lay what the author of a valid form wants beside what is stored now."""
    contested = form.changed_by_others(current)
    found = [
        FieldDifference(
            field=name,
            label=str(form[name].label),
            mine=_words(value),
            stored=_words(current.initial[name]),
            contested=name in contested,
        )
        for name, value in form.changed_values().items()
    ]
    return [clash for clash in found if clash.mine != clash.stored]


def _words(value: Any) -> str:
    if value is None:
        return ""
    return display.day(value) if isinstance(value, date) else str(value)
