"""What a page has by the hundred, as HTML: cells, headings, badges and icons.

Composed here rather than by templates, which take longer over a cell than the database over the
figure in it. Every text and address passes ``escape``, whatever it says of itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Literal, get_args
from xml.etree import ElementTree as ET

from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils.safestring import SafeString

from kit.display import DASH
from kit.tables import Cell, Heading, Table

Tone = Literal["good", "bad", "warn", "neutral", "plan"]
TONES = frozenset(get_args(Tone))
SORT_ICONS = {"ascending": "chevron-up", "descending": "chevron-down"}


def known_tone(tone: str) -> str:
    if tone not in TONES:
        raise ValueError(f"{tone!r} is not a tone: use one of {sorted(TONES)}")
    return tone


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab: a link to a view of the page, ``current`` on the one that is open."""

    label: str
    href: str
    current: bool = False
    count: int | None = None


def numbered(url_name: str) -> Callable[[int], str]:
    """Return what makes the addresses of a route whose only argument is a number, asked once."""
    before, _, after = reverse(url_name, args=[0]).rpartition("0")
    return lambda number: f"{before}{number}{after}"


def badge_html(label: str, tone: str) -> SafeString:
    return SafeString(
        f'<span class="kit-badge kit-tone-{known_tone(tone)}">{escape(str(label))}</span>'
    )


def icon_html(name: str, label: str = "") -> SafeString:
    """Return an icon of the sprite; without a label it is hidden from screen readers."""
    if name not in icon_names():
        raise ImproperlyConfigured(f"No icon {name!r}: add it to static/vendor/vendor.toml.")
    said = f'role="img" aria-label="{escape(str(label))}"' if label else 'aria-hidden="true"'
    address = _sprite(get_script_prefix())
    return SafeString(f'<svg class="kit-icon" {said}><use href="{address}#{name}"></use></svg>')


@cache
def _sprite(prefix: str) -> str:
    """Return the sprite's address, which begins with the ``prefix`` of the site."""
    return escape(static("img/icons.svg"))


def sort_link_html(label: str, href: str, state: str) -> SafeString:
    """Return the heading of a sortable column; ``state`` is ascending, descending or none."""
    icon = icon_html(SORT_ICONS.get(state, "selector"))
    return SafeString(
        f'<a class="kit-sort" href="{escape(str(href))}">{escape(str(label))} {icon}</a>'
    )


def headings_html(table: Table) -> SafeString:
    """Return the cells of the table's head."""
    return SafeString("\n".join(map(_heading, table.headings)))


def rows_html(table: Table) -> SafeString:
    """Return the rows of the table's body."""
    return SafeString(
        "\n".join(
            f"<tr>{''.join(_cell(cell, _badge_or_link(cell)) for cell in row)}</tr>"
            for row in table.body
        )
    )


def foot_html(table: Table) -> SafeString:
    """Return the cells of the table's foot, the first of which names the line."""
    first, *rest = table.foot
    cells = "".join(_cell(cell, _link(cell)) for cell in rest)
    return SafeString(f'<th scope="row">{escape(first.text)}</th>{cells}')


@cache
def icon_names() -> frozenset[str]:
    """The names in static/img/icons.svg."""
    path = finders.find("img/icons.svg")
    if path is None:
        raise ImproperlyConfigured("static/img/icons.svg is missing: run scripts/vendor.py.")
    sprite = ET.fromstring(Path(path).read_text())  # noqa: S314 -- our own file
    return frozenset(symbol.attrib["id"] for symbol in sprite)


def _heading(heading: Heading) -> str:
    column, href, state = heading.column, heading.href, heading.state
    label, note = column.label, escape(column.note)
    title = f' title="{note}"' if note else ""
    order = f' aria-sort="{state}"' if state and state != "none" else ""
    words = escape(label) if href is None else sort_link_html(label, href, state or "none")
    hidden = f'\n<span class="visually-hidden">({note})</span>' if note else ""
    return f'<th scope="col"{_css(column.css)}{title}{order}>{words}{hidden}</th>'


def _cell(cell: Cell, content: str) -> str:
    below = f'<span class="kit-sub">{escape(cell.sub)}</span>' if cell.sub else ""
    title = f' title="{escape(cell.text)}"' if cell.column.clip else ""
    return f"<td{_css(cell.css)}{title}>{content}{_edit(cell)}{below}</td>"


def _edit(cell: Cell) -> str:
    if cell.edit is None:
        return ""
    href, label = escape(cell.edit.href), cell.edit.label
    return (
        f' <a class="kit-edit" href="{href}" hx-get="{href}" hx-target="closest td">'
        f"{icon_html('edit', label)}</a>"
    )


def _badge_or_link(cell: Cell) -> str:
    is_badge = cell.column.kind == "badge" and cell.text != DASH
    return badge_html(cell.text, cell.tone) if is_badge else _link(cell)


def _link(cell: Cell) -> str:
    text = escape(cell.text)
    return f'<a href="{escape(cell.href)}">{text}</a>' if cell.href else text


def _css(classes: str) -> str:
    return f' class="{classes}"' if classes else ""
