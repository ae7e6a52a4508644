"""Who may do what with pipeline's rows, as predicates.

Seeing is org.access's affair; these speak of rows that the actor may already see.
"""

from typing import TYPE_CHECKING

from org import access
from org.enums import Role
from org.models.people import Person
from pipeline.enums import Status

if TYPE_CHECKING:
    from pipeline.activities.models import Activity
    from pipeline.deals.models import Deal

# Executives look on; recruiters have no business here.
WRITING_ROLES = (Role.REP, Role.MANAGER, Role.ADMIN)
CARRYING_ROLES = (Role.REP, Role.MANAGER)


def can_write(actor: Person) -> bool:
    """Create deals, accounts and contacts, and log activities."""
    return actor.has_role(*WRITING_ROLES)


def can_merge(actor: Person) -> bool:
    """Make two accounts or contacts one: it moves deals of many people."""
    return can_write(actor) and (actor.is_admin or actor.is_manager)


def can_work_for(actor: Person, person: Person) -> bool:
    """Write what belongs to ``person``: they themself, the managers above them, admins."""
    if not can_write(actor):
        return False
    return actor.is_admin or access.people_below(actor).filter(descendant=person.pk).exists()


def can_edit_deal(actor: Person, deal: "Deal") -> bool:
    """Edit, move, archive and restore a deal."""
    return can_work_for(actor, deal.owner)


def can_edit_seen_deal(actor: Person, deal: "Deal") -> bool:
    """The same of a deal that ``visible_to(actor)`` has just let through, mostly without asking.

    Whoever does not see everyone sees only deals of people they may work for, and those they
    help with, which are not theirs to change.
    """
    if access.sees_everyone(actor) or deal.pk in access.lent_deals(actor):
        return can_edit_deal(actor, deal)
    return can_write(actor)


def can_split_credit(actor: Person, deal: "Deal") -> bool:
    """Split the credit: whoever may edit the deal while it is open, managers and admins later."""
    return can_edit_deal(actor, deal) and (deal.status == Status.OPEN or can_reassign(actor))


def can_reassign(actor: Person) -> bool:
    """Give deals to somebody else: managers among those below them, admins; a rep may not."""
    return actor.is_admin or actor.is_manager


def can_hand_over(actor: Person, person: Person) -> bool:
    """Give all open deals of a person to others: their managers, admins."""
    return can_reassign(actor) and can_work_for(actor, person)


def can_carry_deals(person: Person) -> bool:
    """Whether deals may be given to the person: somebody active who sells."""
    return person.has_role(*CARRYING_ROLES)


def can_change_activity(actor: Person, activity: "Activity") -> bool:
    """Archive what was logged: who logged it, the managers above them, admins."""
    return can_work_for(actor, activity.person)


def can_set_up_stages(actor: Person) -> bool:
    return actor.is_admin


def can_set_up_products(actor: Person) -> bool:
    return actor.is_admin
