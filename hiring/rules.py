"""Who may do what in hiring."""

from hiring.models import Requisition
from org import access
from org.models.people import Person


def can_open(actor: Person) -> bool:
    """Recruiters open requisitions, and managers their own."""
    return actor.is_recruiter or actor.is_manager


def can_name_manager(actor: Person, manager: Person) -> bool:
    """A recruiter names any manager; a manager themself or somebody below."""
    if not manager.is_manager:
        return False
    return actor.is_recruiter or access.may_see_person(actor, manager)


def can_change(actor: Person, requisition: Requisition) -> bool:
    """Its recruiter and hiring manager keep the requisition; without a recruiter, any of them."""
    if actor.pk == requisition.hiring_manager_id:
        return actor.is_manager
    if not actor.is_recruiter:
        return False
    return requisition.recruiter_id in {None, actor.pk}


def sees_candidates(actor: Person, requisition: Requisition) -> bool:
    """The requisition's people alone: recruiter, hiring manager, interviewers."""
    named = {requisition.recruiter_id, requisition.hiring_manager_id}
    return actor.pk in named or requisition.interviewers.filter(pk=actor.pk).exists()


def can_handle_candidates(actor: Person, requisition: Requisition) -> bool:
    """Interviewers read; the recruiter and the hiring manager add, move and erase."""
    return actor.pk in {requisition.recruiter_id, requisition.hiring_manager_id}
