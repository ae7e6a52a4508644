"""The values that views hand to components."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab: a link to a view of the page, ``current`` on the one that is open."""

    label: str
    href: str
    current: bool = False
    count: int | None = None
