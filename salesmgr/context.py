"""What every page has around it: the organisation's name and the navigation, as data."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject

from org import access
from org.access import leads_teams, organisation_settings
from org.access import sees_everyone as overseers
from pipeline import rules

Person = Any
Allowed = Callable[[Person], bool]
admins: Allowed = attrgetter("is_admin")


def everyone(person: Person) -> bool:
    return True


def operators(person: Person) -> bool:
    """Those who keep the installation itself; the page is for whoever builds pages for it."""
    return person.is_superuser


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """A page of the navigation and who is shown it; the page itself decides what it allows."""

    label: str
    url_name: str
    icon: str
    allowed: Allowed = everyone


GROUPS: tuple[tuple[str, tuple[NavigationEntry, ...]], ...] = (
    (
        "Week",
        (
            NavigationEntry("Team dashboard", "team", "layout-dashboard", leads_teams),
            NavigationEntry("My page", "me", "user", access.sells),
            NavigationEntry("Deals", "analytics:deals", "briefcase", access.sells),
            NavigationEntry("Board", "analytics:board", "layout-kanban", access.sells),
            NavigationEntry("Pipeline review", "analytics:review", "list-check", access.sells),
            NavigationEntry("Data quality", "analytics:hygiene", "checklist", access.sells),
            NavigationEntry(
                "Pipeline changes", "analytics:changes", "arrows-exchange", access.sells
            ),
            NavigationEntry("Metrics", "analytics:metrics", "report-analytics", access.sells),
            NavigationEntry("Win/loss reviews", "process:closings", "trophy", access.sells),
            NavigationEntry("Overrides", "process:overrides", "alert-triangle", access.sells),
            NavigationEntry("Accounts", "pipeline:accounts", "building", access.sells),
            NavigationEntry("Activities", "pipeline:activities", "phone", access.sells),
            NavigationEntry("Forecast", "forecasting:forecast", "chart-line", access.sells),
            NavigationEntry("By territory", "analytics:territory-bookings", "map-2", overseers),
        ),
    ),
    (
        "People",
        (
            NavigationEntry("One-on-ones", "coaching:one-on-ones", "message-circle"),
            NavigationEntry("Hiring", "hiring:requisitions", "user-plus"),
        ),
    ),
    (
        "Set-up",
        (
            NavigationEntry("Getting started", "setup", "checklist", admins),
            NavigationEntry("People", "org:people", "users", admins),
            NavigationEntry("Teams", "org:teams", "users-group", admins),
            NavigationEntry("Territories", "org:territories", "map-2", admins),
            NavigationEntry("Pipelines", "pipeline:stages", "stairs", admins),
            NavigationEntry("Qualification", "pipeline:frameworks", "checklist", admins),
            NavigationEntry("Losses", "pipeline:losses", "flag", admins),
            NavigationEntry("Risk", "analytics:risk", "alert-triangle", admins),
            NavigationEntry("Leavers", "process:leavers", "logout", admins),
            NavigationEntry("Products", "pipeline:products", "list", admins),
            NavigationEntry("Calendar", "org:calendar", "calendar", admins),
            NavigationEntry("Quotas", "org:quotas", "target", leads_teams),
            NavigationEntry("Activity targets", "process:activity-targets", "checklist", admins),
            NavigationEntry("Imports", "imports:imports", "upload", admins),
            NavigationEntry("Recompute runs", "analytics:runs", "refresh", admins),
            NavigationEntry("Audit log", "org:audit", "history", admins),
            NavigationEntry("Patterns", "patterns", "color-swatch", operators),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class NavigationLink:
    label: str
    href: str
    icon: str
    current: bool


def links(path: str, entries: tuple[NavigationEntry, ...], person: Person) -> list[NavigationLink]:
    found = []
    for entry in entries:
        href = address(entry.url_name)
        if href and entry.allowed(person):
            current = path == href or (href != "/" and path.startswith(href))
            found.append(NavigationLink(entry.label, href, entry.icon, current))
    return found


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    label: str
    links: list[NavigationLink]


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
    return organisation_settings().name or "salesmgr"


def navigation(request: HttpRequest) -> list[NavigationGroup]:
    """Return the groups with the pages that exist and that this person is shown."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated:
        return []
    groups = [
        NavigationGroup(label, links(request.path, entries, person)) for label, entries in GROUPS
    ]
    return [group for group in groups if group.links]


def log_address(request: HttpRequest) -> str:
    """Return where an activity is logged from anywhere; "" for those who may not."""
    person = getattr(request, "user", None)
    if person is None or not person.is_authenticated or not rules.can_write(person):
        return ""
    return address("pipeline:activity-log")


def address(url_name: str) -> str:
    """Return the page's address, or "" while the installation has no such page."""
    return _address(url_name, get_script_prefix())


@cache  # Every page asks for those of the whole navigation.
def _address(url_name: str, _prefix: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
