"""Links: tabs, and many addresses of one route built quickly."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse


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
