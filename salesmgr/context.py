"""What every page has around it: the organisation's name and the navigation, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from org import access
from org.facts import organisation_facts
from org.rules import teams
from pipeline import rules

Person = Any
Allowed = Callable[[Person], bool]


def everyone(person: Person) -> bool:
    return True


def admins(person: Person) -> bool:
    return person.is_admin


def operators(person: Person) -> bool:
    """Those who keep the installation itself; the page is for whoever builds pages for it."""
    return person.is_superuser


def overseers(person: Person) -> bool:
    return person.is_executive or person.is_admin


@dataclass(frozen=True, slots=True)
class Entry:
    """A page of the navigation and who is shown it; the page itself decides what it allows."""

    label: str
    url_name: str
    icon: str
    allowed: Allowed = everyone


GROUPS: tuple[tuple[str, tuple[Entry, ...]], ...] = (
    (
        "Week",
        (
            Entry("Team dashboard", "team", "layout-dashboard", teams),
            Entry("My page", "me", "user", access.sells),
            Entry("Deals", "analytics:deals", "briefcase", access.sells),
            Entry("Board", "analytics:board", "layout-kanban", access.sells),
            Entry("Pipeline review", "analytics:review", "list-check", access.sells),
            Entry("Deal hygiene", "analytics:hygiene", "checklist", access.sells),
            Entry("What changed", "analytics:changes", "arrows-exchange", access.sells),
            Entry("Metrics", "analytics:metrics", "report-analytics", access.sells),
            Entry("Win/loss reviews", "process:closings", "trophy", access.sells),
            Entry("Overrides", "process:overrides", "alert-triangle", access.sells),
            Entry("Accounts", "pipeline:accounts", "building", access.sells),
            Entry("Activities", "pipeline:activities", "phone", access.sells),
            Entry("Forecast", "forecasting:forecast", "chart-line", access.sells),
            Entry("By territory", "analytics:territory-bookings", "map-2", overseers),
        ),
    ),
    (
        "People",
        (
            Entry("One-on-ones", "coaching:one-on-ones", "message-circle"),
            Entry("Hiring", "hiring:requisitions", "user-plus"),
        ),
    ),
    (
        "Set-up",
        (
            Entry("Getting started", "setup", "checklist", admins),
            Entry("People", "org:people", "users", admins),
            Entry("Teams", "org:teams", "users-group", admins),
            Entry("Territories", "org:territories", "map-2", admins),
            Entry("Pipelines", "pipeline:stages", "stairs", admins),
            Entry("Qualification", "pipeline:frameworks", "checklist", admins),
            Entry("Losses", "pipeline:losses", "flag", admins),
            Entry("Risk", "analytics:risk", "alert-triangle", admins),
            Entry("Leavers", "process:leavers", "logout", admins),
            Entry("Products", "pipeline:products", "list", admins),
            Entry("Calendar", "org:calendar", "calendar", admins),
            Entry("Quotas", "analytics:quotas", "target", teams),
            Entry("Activity targets", "process:activity-targets", "checklist", admins),
            Entry("Imports", "imports:imports", "upload", admins),
            Entry("Recompute runs", "analytics:runs", "refresh", admins),
            Entry("Audit log", "org:audit", "history", admins),
            Entry("Patterns", "patterns", "color-swatch", operators),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as the template needs it."""

    label: str
    href: str
    icon: str
    current: bool


def links(path: str, entries: tuple[Entry, ...], person: Person) -> list[Link]:
    found = []
    for entry in entries:
        href = address(entry.url_name)
        if href and entry.allowed(person):
            current = path == href or (href != "/" and path.startswith(href))
            found.append(Link(entry.label, href, entry.icon, current))
    return found


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    links: list[Link]


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``organisation_name``, ``navigation``, ``tokens_href``, ``log_href``."""
    return {
        "organisation_name": SimpleLazyObject(organisation_name),
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "tokens_href": address("api:tokens"),
        "log_href": SimpleLazyObject(lambda: log_address(request)),
    }


def organisation_name() -> str:
    """Return the name, or the product's own before an organisation is set up."""
    return organisation_facts().name or "salesmgr"


def navigation(request: HttpRequest) -> list[Group]:
    """Return the groups with the pages that exist and that this person is shown."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return []
    groups = [Group(label, links(request.path, entries, person)) for label, entries in GROUPS]
    return [group for group in groups if group.links]


def log_address(request: HttpRequest) -> str:
    """Return where an activity is logged from anywhere; "" for those who may not."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated or not rules.can_write(person):
        return ""
    return address("pipeline:activity-log")


def address(url_name: str) -> str:
    """Return the page's address, or "" while the installation has no such page."""
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
