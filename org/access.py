"""Who may see whose rows: stated here and nowhere else.

Access follows the reporting tree of today; credit follows the teams of the time and lives in
pipeline. A queryset's ``visible_to(viewer)`` delegates to these functions.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils import timezone

from org.enums import Role
from org.metrics import below

if TYPE_CHECKING:
    from org.models.people import Person
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

SALES_ROLES = (Role.REP, Role.MANAGER, Role.ADMIN, Role.EXECUTIVE)


def today() -> date:
    """Return the day it is for the organisation. Access is always judged as of today."""
    return local_day(timezone.now(), time_zone=organisation_settings().time_zone)


def local_day(moment: datetime, *, time_zone: str) -> date:
    """Return the organisation's day that ``moment`` falls on."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def may_enter(viewer: "Person") -> bool:
    """Whether the person is signed in and holds any role at all."""
    return bool(viewer.is_authenticated and viewer.is_active and viewer.role_set)


def sells(viewer: "Person") -> bool:
    """Whether the person has to do with deals at all; a recruiter alone has not."""
    return bool(viewer.is_authenticated and viewer.has_role(*SALES_ROLES))


def sees_everyone(viewer: "Person") -> bool:
    return bool(viewer.is_authenticated and viewer.has_role(Role.ADMIN, Role.EXECUTIVE))


def leads_teams(person: "Person") -> bool:
    """Whether the person has a team dashboard, and quotas of others to look at."""
    return bool(person.is_manager or person.is_executive or person.is_admin)


def people_below(viewer: "Person") -> QuerySet:
    """Return the ids of the viewer and, for a manager, of everybody below on today's tree."""
    rows = reports_of(viewer.pk)
    return rows if viewer.is_manager else rows.filter(depth=0)


def reports_of(person: int) -> QuerySet:
    """Return the ids of the person and of everybody who reports to them today, at any depth.

    Those who left are among them, below the manager of their last day: their deals are that
    manager's to look after until somebody else has them.
    """
    day = today()
    rows = (
        _table("ReportingClosure")
        .objects.filter(ancestor=person, valid_from__lte=day)
        .filter(Q(valid_to__isnull=True) | Q(valid_to__gt=day))
    )
    return rows.values("descendant")


def people_filter(viewer: "Person", field: str) -> Q:
    """Return the condition that ``field`` names a person whose rows the viewer may see."""
    if sees_everyone(viewer):
        return Q()
    if not sells(viewer):
        return Q(pk__in=[])
    return Q(**{f"{field}__in": people_below(viewer)})


def lent_deals(viewer: "Person") -> list[int]:
    """Return the deals that somebody who sells may see although they are not above the owner."""
    if sees_everyone(viewer) or not sells(viewer):
        return []
    return viewer.lent_deals


def may_see_person(viewer: "Person", person: "Person") -> bool:
    """Whether the viewer may see this person's deals and numbers."""
    return sees_everyone(viewer) or (
        sells(viewer) and people_below(viewer).filter(descendant=person.pk).exists()
    )


def led_team_ids(viewer: "Person", *, parents: Mapping[int, int | None] | None = None) -> set[int]:
    """Return the teams whose numbers the viewer sees as a manager who leads them; see teams_led."""
    return teams_led(viewer, parents=parents) if viewer.is_manager else set()


def teams_led(person: "Person", *, parents: Mapping[int, int | None] | None = None) -> set[int]:
    """Return the teams that the person leads today, whatever their roles, and all inside them.

    ``parents`` is the tree of teams, child -> parent; it is read where the caller has it not.
    """
    led = _led_today(person)
    if parents is None:
        parents = dict(_table("Team").objects.values_list("pk", "parent_id"))
    return below(parents, led)


def _led_today(person: "Person") -> set[int]:
    day = today()
    if person.led_stays is not None:
        return {stay.team for stay in person.led_stays if stay.holds(day)}
    led = _table("TeamMembership").objects.on(day).filter(person=person, is_lead=True)
    return set(led.values_list("team_id", flat=True))


def shared_team_ids(
    viewer: "Person", *, parents: Mapping[int, int | None] | None = None
) -> set[int]:
    """Return the teams with which something may be shared for the viewer to have it.

    The team they are in today with all that holds it, and the teams they lead. ``parents`` is the
    tree of teams; it is read where the caller has it not.
    """
    if parents is None:
        parents = dict(_table("Team").objects.values_list("pk", "parent_id"))
    own = (
        _table("TeamMembership")
        .objects.on(today())
        .filter(person=viewer)
        .values_list("team_id", flat=True)
    )
    found = led_team_ids(viewer, parents=parents)
    for team in own:
        node: int | None = team
        while node is not None and node not in found:
            found.add(node)
            node = parents[node]
    return found


def subject_filter(viewer: "Person") -> Q:
    """Return the condition that a stored figure's person or team is one the viewer may see.

    Figures of neither are those of everyone together, for those who see everyone.
    """
    if sees_everyone(viewer):
        return Q()
    return people_filter(viewer, "person") | Q(team__in=led_team_ids(viewer))


def _table(model: str) -> Any:
    # By name: the querysets of these very models ask this module who sees what.
    return apps.get_model("org", model)


class OrganisationSettings(NamedTuple):
    """The organisation's name, time zone and reporting currency; the defaults while it has none."""

    name: str = ""
    time_zone: str = "UTC"
    currency: str = "USD"


_memo: ContextVar[list[OrganisationSettings] | None] = ContextVar(
    "facts_of_this_request", default=None
)


@contextmanager
def one_request() -> Iterator[None]:
    """Inside the block the facts are read at most once; outside it, at every call."""
    token = _memo.set([])
    try:
        yield
    finally:
        _memo.reset(token)


def organisation_settings() -> OrganisationSettings:
    memo = _memo.get()
    if memo:
        return memo[0]
    found = _read()
    if memo is not None:
        memo.append(found)
    return found


def remember_settings(found: OrganisationSettings) -> None:
    """Keep facts that were read beside something else, for the remainder of this request."""
    memo = _memo.get()
    if memo is not None:
        memo[:] = [found]


def forget_settings() -> None:
    """Read anew: called by the services that change the organisation."""
    memo = _memo.get()
    if memo is not None:
        memo.clear()


def _read() -> OrganisationSettings:
    # By name: the models of org ask this module too.
    organisations = apps.get_model("org", "Organisation").objects
    row = organisations.values_list("name", "time_zone", "currency").first()
    return OrganisationSettings(*row) if row else OrganisationSettings()
