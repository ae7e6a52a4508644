"""Who may set activity targets."""

from org.models.people import Person


def can_set_activity_targets(actor: Person) -> bool:
    return actor.is_admin
