"""Who may start a recompute run."""

from org.models.people import Person


def can_recompute(actor: Person) -> bool:
    return actor.is_admin
