"""Django's plain inputs, written by Python: its own way renders several templates for each input,
and one for each option of a select. What comes out is the same.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

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
