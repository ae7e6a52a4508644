"""Who may set up risk."""

from org.models.people import Person


def can_set_up_risk(actor: Person) -> bool:
    return actor.is_admin
