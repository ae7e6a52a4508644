"""Who may do what in hiring.

A recruiter or hiring manager counts while they are here and hold the role; the database judges
candidates by the same measure (hiring/sql/kept_by.sql).
"""

from hiring.models import Candidate, Requisition
from org import access
from org.models.people import Person


def can_open(actor: Person) -> bool:
    """Recruiters open requisitions, and managers their own."""
    return actor.is_recruiter or actor.is_manager


def has_recruiter(requisition: Requisition) -> bool:
    """Whether somebody recruits for it: not one who left, or recruits no more."""
    return requisition.recruiter is not None and requisition.recruiter.is_recruiter


def has_hiring_manager(requisition: Requisition) -> bool:
    return requisition.hiring_manager.is_manager


def can_name_manager(actor: Person, manager: Person) -> bool:
    """A recruiter names any manager; a manager themself or somebody below."""
    if not manager.is_manager:
        return False
    return actor.is_recruiter or access.may_see_person(actor, manager)


def can_take_over(actor: Person, requisition: Requisition) -> bool:
    return actor.is_recruiter and not has_recruiter(requisition)


def can_change(actor: Person, requisition: Requisition) -> bool:
    """Its recruiter and hiring manager keep it; while nobody recruits for it, any recruiter."""
    return can_handle_candidates(actor, requisition) or can_take_over(actor, requisition)


def can_hand_over(actor: Person, requisition: Requisition) -> bool:
    """Whether they may name another hiring manager; an admin may, without reading candidates."""
    return actor.is_admin or can_change(actor, requisition)


def can_hand_over_to(actor: Person, requisition: Requisition, manager: Person) -> bool:
    """An admin who does not keep the requisition names somebody else: the named read candidates."""
    if can_change(actor, requisition):
        return can_name_manager(actor, manager)
    return actor.is_admin and manager.is_manager and manager.pk != actor.pk


def sees_candidates(actor: Person, requisition: Requisition) -> bool:
    """The requisition's people alone: recruiter, hiring manager, interviewers."""
    return can_handle_candidates(actor, requisition) or (
        access.may_enter(actor) and requisition.interviewers.filter(pk=actor.pk).exists()
    )


def can_handle_candidates(actor: Person, requisition: Requisition) -> bool:
    """Interviewers read; the recruiter and the hiring manager add, move and erase."""
    if actor.pk == requisition.recruiter_id and actor.is_recruiter:
        return True
    return actor.pk == requisition.hiring_manager_id and actor.is_manager


def can_keep_candidate(actor: Person, candidate: Candidate) -> bool:
    """Edit, archive and erase: whoever handles all requisitions that consider the candidate."""
    applications = candidate.applications.select_related("requisition")
    return all(can_handle_candidates(actor, one.requisition) for one in applications)


def can_set_up_stages(actor: Person) -> bool:
    return actor.is_admin or actor.is_recruiter
