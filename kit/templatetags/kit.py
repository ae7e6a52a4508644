"""The template filters and components. Built in: no page loads them by name.

Components take keyword arguments only, so a misspelt one is an error when the template is
compiled. docs/ui.md shows each; /patterns/ shows each in every state.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.forms import BaseForm, BoundField, CheckboxInput, RadioSelect, Select
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from kit import display, markup
from kit.markup import Tab, Tone, known_tone
from kit.money import from_cents
from kit.tables import Page, Table
from kit.tables import query_with as rebuilt_query

register = template.Library()

for name in (*display.FORMATS, "money_short", "ago"):
    register.filter(name, getattr(display, name))
register.filter("id", display.ident)
# Whole cents, as results carry them, in units for the filters of money.
register.filter("from_cents", from_cents)


# Leaves


@register.simple_tag
def icon(*, name: str, label: str = "") -> SafeString:
    """Draw an icon of the sprite; without a label it is decoration, hidden from screen readers."""
    return markup.icon_html(name, label)


@register.inclusion_tag("kit/stat.html")
def stat(
    *,
    label: str,
    value: str,
    href: str = "",
    note: str = "",
    tone: Tone = "neutral",
    sub: str = "",
    share: Decimal | None = None,
    large: bool = False,
    definition: str = "",
) -> dict[str, Any]:
    """One number, formatted, with its name; ``href`` opens its rows, ``note`` defines it.

    ``definition`` is the address of the whole definition. A ``large`` one is the first of its
    page; ``share``, a fraction, is drawn below it as a bar.
    """
    return locals() | {
        "value": _text(value, "value"),
        "tone": known_tone(tone),
        "sub": _text(sub, "sub"),
        "share": "" if share is None else _length(share),
    }


@register.inclusion_tag("kit/delta.html")
def delta(
    *,
    value: Decimal | float | None,
    kind: Literal["money", "money_short", "count", "percent", "days"] = "money",
    good: Literal["up", "down", "neither"] = "up",
    label: str = "",
) -> dict[str, Any]:
    """A change with its sign: green or red by whether going up is ``good``."""
    if value is None:
        return {"text": display.DASH, "direction": "", "tone": "neutral", "label": label}
    formatted = getattr(display, kind)(abs(value))
    direction = "up" if value > 0 else "down" if value < 0 else ""
    tone = "neutral"
    if direction and good != "neither":
        tone = "good" if direction == good else "bad"
    return {"text": formatted, "direction": direction, "tone": tone, "label": label}


@register.simple_tag
def badge(*, label: str, tone: Tone = "neutral") -> SafeString:
    """A short status word in a colour role."""
    return markup.badge_html(_text(label, "label"), tone)


@register.inclusion_tag("kit/progress.html")
def progress(
    *, value: Decimal | float | None, label: str, text: str = "", tone: Tone = "neutral"
) -> dict[str, Any]:
    """A share done, as a bar: ``value`` is a fraction, shown in words as ``text`` or as percent."""
    return _bar(value, label=label, text=text, tone=tone)


@register.inclusion_tag("kit/meter.html")
def meter(
    *, value: Decimal | float | None, label: str, text: str = "", tone: Tone = "neutral"
) -> dict[str, Any]:
    """A level at a moment, as a bar: like progress, for what does not run towards an end."""
    return _bar(value, label=label, text=text, tone=tone)


@register.inclusion_tag("kit/empty_state.html")
def empty_state(
    *, title: str, text: str = "", href: str = "", label: str = "", icon: str = "info-circle"
) -> dict[str, Any]:
    """What is not here yet and what to do next; ``href`` and ``label`` are the link to do it."""
    return {"title": title, "text": text, "href": href, "label": label, "icon": icon}


@register.inclusion_tag("kit/tabs.html")
def tabs(*, items: Sequence[Tab], label: str, named: bool = False) -> dict[str, Any]:
    """Links between views of one page; ``label`` names the row, for all to see if ``named``."""
    return {"items": items, "label": label, "named": named}


@register.inclusion_tag("kit/chart.html", takes_context=True)
def chart(
    context: Context,
    *,
    figure: Mapping[str, Any],
    id: str,
    table: Table,
    note: str = "",
    size: Literal["small", "medium", "large"] = "medium",
    export_href: str = "",
) -> dict[str, Any]:
    """Draw a figure of kit.charts, with the table of the same numbers below it."""
    return locals() | {
        "figure": {"data": figure["data"], "layout": figure["layout"]},
        "title": figure["title"],
        "figure_id": f"{id}-figure",
        "request": context.get("request"),
    }


@register.inclusion_tag("kit/chart_assets.html", takes_context=True)
def chart_assets(context: Context, *, flows: bool = False) -> dict[str, Any]:
    """Load the chart scripts: in ``{% block charts %}`` of each page that draws.

    ``flows`` loads the larger library that draws flows too.
    """
    request = context["request"]
    # A page that htmx takes a part of has its head already; another nonce there is a violation.
    part = bool(getattr(request, "htmx", False))
    return {"nonce": "" if part else str(request.csp_nonce), "flows": flows}


@register.inclusion_tag("kit/data_table.html")
def data_table(*, table: Table, id: str, export_href: str = "") -> dict[str, Any]:
    """Render a kit.tables.Table, with its download link and page links where it has them."""
    shown: dict[str, Any] = {"table": table, "id": id, "export_href": export_href}
    if table.rows:
        shown |= {"headings": markup.headings_html(table), "rows": markup.rows_html(table)}
        shown["foot"] = markup.foot_html(table) if table.has_foot else ""
    return shown


@register.inclusion_tag("kit/pagination.html")
def pagination(*, page: Page, table: Table) -> dict[str, Any]:
    """Links to the page before and after, and where in the rows this one is."""
    return {
        "page": page,
        "table": table,
        "previous_href": table.page_href(page.number - 1),
        "next_href": table.page_href(page.number + 1),
    }


@register.inclusion_tag("kit/filter_bar.html")
def filter_bar(
    *, form: BaseForm, action: str = "", keep: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A GET form in a row; ``keep`` are other parameters of the address to carry along."""
    return {"form": form, "action": action, "clear_href": action or "?", "keep": keep or {}}


@register.inclusion_tag("kit/form_fields.html")
def form_fields(*, form: BaseForm) -> dict[str, Any]:
    """All fields of a form with labels, help and errors, hidden fields included."""
    return {"form": form}


@register.inclusion_tag("kit/post_form.html")
def post_form(*, form: BaseForm, button: str, cancel: str) -> dict[str, Any]:
    """A whole form that is posted to its own page, and the way back without it."""
    return {"form": form, "button": button, "cancel": cancel}


@register.inclusion_tag("kit/field.html")
def form_field(*, field: BoundField) -> dict[str, Any]:
    """One field of a form with label, help and errors."""
    return {"field": field}


@register.inclusion_tag("kit/field_errors.html")
def field_errors(*, errors: Sequence[str], id: str = "") -> dict[str, Any]:
    """Messages of a field or, with ``form.non_field_errors``, of the form as a whole."""
    return {"errors": errors, "id": id}


@register.simple_tag
def control(*, field: BoundField) -> SafeString:
    """The input of a field with the class that its kind has in the house look."""
    own = {"check": "form-check-input", "choices": "", "select": "form-select"}
    given = field.field.widget.attrs.get("class", "")
    invalid = "is-invalid" if field.errors else ""
    classes = [given, own.get(control_kind(field), "form-control"), invalid]
    return field.as_widget(attrs={"class": " ".join(filter(None, classes))})


@register.filter
def control_kind(field: BoundField) -> str:
    """Say how an input looks: "check" alone, "choices" in a group, "select", or "plain"."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, RadioSelect):  # The base of groups of checkboxes too.
        return "choices"
    return "select" if isinstance(widget, Select) else "plain"


@register.simple_tag(takes_context=True)
def query_with(context: Context, **changes: Any) -> str:
    """The query string of this page with some parameters changed, or left out where None."""
    return rebuilt_query(context["request"].GET, changes)


# Wrappers


@register.simple_block_tag
def page_header(content: str, *, title: str, pretitle: str = "", subtitle: str = "") -> str:
    """The head of a page in place of base.html's own; the content is its buttons."""
    return render_to_string("kit/page_header.html", locals())


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    subtitle: str = "",
    href: str = "",
    label: str = "",
    flush: bool = False,
    id: str = "",
) -> str:
    """A box; ``href`` and ``label`` make a link in its head, ``flush`` leaves out the padding."""
    return render_to_string("kit/card.html", locals())


@register.simple_block_tag
def dialog(
    content: str,
    *,
    id: str,
    title: str,
    trigger: str,
    href: str,
    tone: Literal["plain", "primary", "danger"] = "plain",
) -> str:
    """A button that opens the content over the page; without JavaScript it leads to ``href``."""
    return render_to_string("kit/dialog.html", locals())


def _text(value: str, argument: str) -> str:
    """Refuse bare numbers: what a number looks like is said by a filter."""
    if isinstance(value, int | float | Decimal | date):
        raise TypeError(f"{argument} must be formatted by a filter, not {type(value).__name__}")
    return value


def _bar(value: Decimal | float | None, *, label: str, text: str, tone: str) -> dict[str, Any]:
    """Return what a bar shows: its length from 0 to 100, cut off outside; "" where undefined."""
    length = "" if value is None else _length(value)
    text = text or display.percent(value)
    return {"value": length, "label": label, "text": text, "tone": known_tone(tone)}


def _length(value: Decimal | float) -> str:
    """Return a fraction as the length of a bar: 0 to 100, cut off outside."""
    share = round(display.number(value) * 100, 1)
    return format(min(max(share, Decimal(0)), Decimal(100)), "f")
