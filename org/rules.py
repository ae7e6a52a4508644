"""Who may do what with org's rows, as predicates for views, services and templates."""

from org import access
from org.models.people import Person
from org.models.teams import Team


def can_administer(actor: Person) -> bool:
    """Set up people, teams, stages, the calendar, imports and recompute runs."""
    return actor.is_admin


def can_set_quota_of(actor: Person, person: Person) -> bool:
    """Admins set everybody's quota, managers those of the people below them; nobody their own."""
    if actor.pk == person.pk:
        return False
    return actor.is_admin or (actor.is_manager and access.may_see_person(actor, person))


def can_set_quota_of_team(actor: Person, team: Team) -> bool:
    """Admins set the quotas of teams, but not of one they lead: that is their own number."""
    return actor.is_admin and team.pk not in access.teams_led(actor)


def can_set_quotas(actor: Person) -> bool:
    """Whether there can be anybody whose quota the person may set."""
    return actor.is_admin or actor.is_manager


def can_change_person(actor: Person, person: Person) -> bool:
    """Admins keep the people; nobody changes their own roles, line or standing."""
    return actor.is_admin and actor.pk != person.pk
