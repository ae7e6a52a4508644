"""Who may set the rule for deals of leavers."""

from org.models.people import Person


def can_set_leaver_rule(actor: Person) -> bool:
    return actor.is_admin
