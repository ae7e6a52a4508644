"""Form fields that parse strictly, and the renderer that gives every form the house look."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms.renderers import DjangoTemplates
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from kit.periods import refusal_of_as_of
from kit.tables import Column, Sort, UnknownSortError

# Signs that turn the direction of what follows: a name may not hide its end with them.
BIDI_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")
PLAIN_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
PLAIN_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


# Django's plain inputs, written by Python: its own way renders several templates for each input,
# and one for each option of a select. What comes out is the same.
Widget = Mapping[str, Any]
FOLDER = "django/forms/widgets/"
INPUTS = ("checkbox", "date", "datetime", "email", "hidden", "number", "password", "search", "text")


def _attributes(attrs: Mapping[str, Any]) -> str:
    """Return attributes, escaped: True stands alone, False is left out."""
    found = []
    for name, value in attrs.items():
        if value is True:
            found.append(f" {conditional_escape(name)}")
        elif value is not False:
            found.append(f' {conditional_escape(name)}="{_text(value)}"')
    return "".join(found)


def _text(value: Any) -> str:
    """Return a value as an attribute holds it: numbers plain, whatever the locale."""
    return conditional_escape(value if isinstance(value, str) else str(value))


def _input(widget: Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    kind, name = _text(widget["type"]), _text(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{_attributes(widget["attrs"])}>'


def _textarea(widget: Widget) -> str:
    attributes, text = _attributes(widget["attrs"]), _text(widget["value"] or "")
    return f'<textarea name="{_text(widget["name"])}"{attributes}>\n{text}</textarea>'


def _select(widget: Widget) -> str:
    lines = [f'<select name="{_text(widget["name"])}"{_attributes(widget["attrs"])}>']
    for group, options, _ in widget["optgroups"]:
        if group:
            lines.append(f'  <optgroup label="{_text(group)}">')
        lines.extend(f"  {_option(option)}" for option in options)
        if group:
            lines.append("  </optgroup>")
    return "\n".join([*lines, "</select>"])


def _option(option: Widget) -> str:
    attributes, label = _attributes(option["attrs"]), _text(option["label"])
    return f'<option value="{_text(option["value"])}"{attributes}>{label}</option>'


WRITTEN: dict[str, Callable[[Widget], str]] = {
    **{f"{FOLDER}{name}.html": _input for name in INPUTS},
    f"{FOLDER}textarea.html": _textarea,
    f"{FOLDER}select.html": _select,
}


def written(template_name: str, widget: Widget) -> SafeString | None:
    """Return the widget of a built-in template, or None for the others."""
    write = WRITTEN.get(template_name)
    return mark_safe(write(widget)) if write else None  # noqa: S308 -- each part is escaped above


class KitRenderer(DjangoTemplates):
    """Renders ``{{ form }}`` and ``{{ field.as_field_group }}`` by the kit's templates."""

    form_template_name = "kit/form_fields.html"
    field_template_name = "kit/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: Any = None) -> str:
        if "widget" in context and (text := written(template_name, context["widget"])) is not None:
            return text
        return super().render(template_name, context, request)


# One for all forms: each renderer has a template engine of its own, with nothing compiled yet.
RENDERER = KitRenderer()


class KitForm(forms.Form):
    """A form in the house look."""

    default_renderer = RENDERER


class RowForm(KitForm):
    """A form whose declared fields hold what the row has in them, if there is a row."""

    def __init__(self, data: Any = None, *, row: Any = None, **options: Any) -> None:
        stored = {name: getattr(row, name) for name in self.base_fields} if row else {}
        super().__init__(data, initial=options.pop("initial", {}) | stored, **options)


class ExactDecimalField(forms.DecimalField):
    """A number in ASCII digits with an optional point: no exponent, separators or underscores.

    A text input: a browser's number input drops what it cannot read before we could explain it.
    """

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    default_error_messages = {"invalid": "Write the number in digits, such as 1200 or 1200.50."}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        if isinstance(value, str):
            value = value.strip()
            if value and not PLAIN_DECIMAL.fullmatch(value):
                raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class PlainTextField(forms.CharField):
    """Text without control signs or signs that turn the writing direction."""

    default_error_messages = {"control": "Remove the invisible control characters from this text."}

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        if BIDI_OVERRIDES.search(text) or CONTROLS.search(text):
            raise ValidationError(self.error_messages["control"], code="control")
        return text


class DayField(forms.DateField):
    """A date as YYYY-MM-DD, which is what the browser's own date input sends."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {"invalid": "Write the date as year-month-day, such as 2026-11-23."}

    def __init__(self, **options: Any) -> None:
        super().__init__(input_formats=["%Y-%m-%d"], **options)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and value.strip() and not PLAIN_DAY.fullmatch(value.strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class AsOfField(DayField):
    """The day as of whose end a page is asked for: cleaned to a past day, or to None for now."""

    def __init__(self, *, today: date, **options: Any) -> None:
        self.today = today
        super().__init__(required=False, label="As of", **options)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and (refusal := refusal_of_as_of(day, today=self.today)):
            raise ValidationError(refusal, code="as_of")
        return None if day == self.today else day


class SortField(forms.CharField):
    """The ``sort`` parameter of a table: cleaned to a Sort that the columns offer."""

    def __init__(self, *, columns: Iterable[Column], default: str, **options: Any) -> None:
        self.columns = list(columns)
        self.default = default
        super().__init__(required=False, widget=forms.HiddenInput, **options)

    def clean(self, value: Any) -> Sort:
        try:
            return Sort.parse(super().clean(value) or self.default, self.columns)
        except UnknownSortError as error:
            raise ValidationError(str(error), code="sort") from error


class PageField(forms.IntegerField):
    """The ``page`` parameter of a table: a number from 1, by default 1."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False, min_value=1, max_value=100_000, widget=forms.HiddenInput, **options
        )

    def clean(self, value: Any) -> int:
        return super().clean(value) or 1


class FileField(forms.BooleanField):
    """The ``file`` parameter of a table: whether its rows are wanted as a download."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=forms.HiddenInput, **options)


class NameField(forms.ChoiceField):
    """A part of the address that is one of these names, or ""."""

    def __init__(self, names: Iterable[str]) -> None:
        offered = [("", ""), *((name, name) for name in sorted(names))]
        super().__init__(required=False, choices=offered, widget=forms.HiddenInput)


def asked_for(field: forms.Field) -> forms.Field:
    """Mark a field that the form may lack but its service asks for: it is not called optional."""
    field.widget.is_required = True
    return field


def add_errors(form: forms.BaseForm, error: ValidationError, *, known: Sequence[str] = ()) -> None:
    """Show a service's ValidationError on the form: on the field it names, else on the whole."""
    messages = error.message_dict if hasattr(error, "error_dict") else {"__all__": error.messages}
    for name, texts in messages.items():
        field = name if name in form.fields or name in known else None
        for text in texts:
            form.add_error(field, text)


def choose(form: forms.BaseForm, name: str, rows: QuerySet) -> None:
    """Let the field offer these rows, and refuse every other as if it did not exist."""
    field = form.fields[name]
    if not isinstance(field, forms.ModelChoiceField):
        raise TypeError(f"{name} is no choice of rows")
    field.queryset = rows
