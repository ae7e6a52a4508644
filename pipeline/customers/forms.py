"""The form base of accounts, contacts and product lines."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.safestring import SafeString

from kit.forms import KitForm
from pipeline.customers.services.accounts import FieldConflict

GONE = object()


class SharedForm(KitForm):
    """A form for a row that everybody may edit. Hidden beside each field stands what was seen."""

    FIELDS: tuple[str, ...] = ()

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any], **options: Any) -> None:
        super().__init__(data, initial=dict(initial), **options)

    def watch(self) -> None:
        """Carry what the author sees along, so that changes by others can be told."""
        for field in self.fields.values():
            field.show_hidden_initial = True

    def changes(self) -> dict[str, Any]:
        """Return the fields that the author changed from what they saw; for a valid form."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in self.FIELDS}

    def seen(self) -> dict[str, Any]:
        """Return the values that the author saw, of the fields that they changed."""
        found = {}
        for name in self.changes():
            text = self.data.get(self.add_initial_prefix(name))
            if text is not None:
                found[name] = self._seen_value(name, text)
        return found

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
        raise NotImplementedError

    @property
    def seen_values(self) -> list[SafeString]:
        """Return the hidden inputs that carry what the author saw."""
        return [
            field.as_hidden(only_initial=True)  # type: ignore[call-arg]
            for field in self
            if field.field.show_hidden_initial
        ]
