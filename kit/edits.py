"""Forms over a row that others may edit too: what the author saw, and what to do about a clash."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict
from django.utils.safestring import SafeString

from kit import display
from kit.forms import KitForm

GONE = object()


class FieldConflict(Exception):  # noqa: N818 -- what it tells is not an error of anybody
    """Somebody changed some of the same fields meanwhile; ``current`` is the row as it is now."""

    def __init__(self, current: Model, fields: list[str]) -> None:
        super().__init__(f"{current} was changed meanwhile: {', '.join(fields)}")
        self.current = current
        self.fields = fields


class SeenForm(KitForm):
    """A form that carries, hidden beside each field, what its author saw."""

    def remember(self, names: Iterable[str]) -> None:
        """Send what these fields hold beside them; once all fields are there."""
        for name in names:
            self.fields[name].show_hidden_initial = True

    @property
    def seen_values(self) -> list[SafeString]:
        """Return the hidden inputs that carry what the author saw."""
        return [
            field.as_hidden(only_initial=True)  # type: ignore[call-arg]
            for field in self
            if field.field.show_hidden_initial
        ]


class SharedForm(SeenForm):
    """A form of FIELDS of a row that everybody may edit, and that has no version."""

    FIELDS: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, row: Any = None, **options: Any) -> None:
        self.row = row
        stored = {name: getattr(row, name) for name in self.FIELDS} if row else {}
        super().__init__(data, initial=stored, **options)

    def changes(self) -> dict[str, Any]:
        """Return the fields that the author changed from what they saw; for a valid form."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.FIELDS}

    def seen(self) -> dict[str, Any]:
        """Return the values that the author saw, of the fields that they changed."""
        texts = {name: self.data.get(self.add_initial_prefix(name)) for name in self.changes()}
        return {
            name: self._seen_value(name, text) for name, text in texts.items() if text is not None
        }

    def _seen_value(self, name: str, text: str) -> Any:
        try:
            return self.fields[name].clean(text) if text else self.empty(name)
        except ValidationError:
            return GONE  # What was seen is no longer possible, so somebody changed it.

    def empty(self, name: str) -> Any:
        return "" if isinstance(self.fields[name], forms.CharField) else None

    def tell(self, conflict: FieldConflict) -> "SharedForm":
        """Return this form with the values of now as seen, each clash told at its field.

        What the author typed stays. To save again is then to overwrite on purpose.
        """
        data: QueryDict = self.data.copy()  # type: ignore[attr-defined]
        now = {name: getattr(conflict.current, name) for name in conflict.fields}
        for name, value in now.items():
            text = self.fields[name].prepare_value(value)
            data[self.add_initial_prefix(name)] = "" if text is None else str(text)
        told = self.again(data)
        for name, value in now.items():
            said = f"“{value}”" if value not in (None, "") else "nothing"
            told.add_error(
                name,
                f"Somebody changed this meanwhile to {said}. Take that over, or save again to "
                "put yours in its place.",
            )
        return told

    def again(self, data: Any) -> "SharedForm":
        return type(self)(data, row=self.row)


class EditForm(SeenForm):
    """A form of a row that has a version."""

    # What the author looked at, and when.
    about_the_look: ClassVar[tuple[str, ...]] = ("version",)

    version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def remember_what_is_seen(self) -> None:
        """Send what each field holds beside it; once all fields are there."""
        self.remember(name for name in self.fields if name not in self.about_the_look)

    def changed_values(self) -> dict[str, Any]:
        """Return the fields that the author changed from what they saw; for a valid form."""
        names = [name for name in self.changed_data if name not in self.about_the_look]
        return {name: self.cleaned_data[name] for name in names}

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
