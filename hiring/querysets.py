"""Named filters over hiring's tables. Candidates are their requisition's people's alone."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q, QuerySet

from hiring.enums import RequisitionState, StageKind
from org import access
from org.enums import Role
from org.models.people import RoleGrant

if TYPE_CHECKING:
    from org.models.people import Person


def _people_of(viewer: "Person", prefix: str = "") -> Q:
    """Return the condition that the viewer is recruiter, hiring manager or interviewer.

    Who holds the role no more is not what the requisition still calls them.
    """
    if not access.may_enter(viewer):
        return Q(pk__in=[])
    mine = Q(**{f"{prefix}interviewers": viewer})
    if viewer.is_recruiter:
        mine |= Q(**{f"{prefix}recruiter": viewer})
    if viewer.is_manager:
        mine |= Q(**{f"{prefix}hiring_manager": viewer})
    return mine


def _holds(field: str, role: Role) -> Exists:
    """Return whether the person in a field is here and holds the role."""
    grants = RoleGrant.objects.filter(person=OuterRef(field), role=role, person__is_active=True)
    return Exists(grants)


def _those(rows: QuerySet, condition: Q) -> QuerySet:
    """Return each row once, of however many of the condition's joins it is part."""
    return rows.filter(pk__in=models.QuerySet(rows.model).filter(condition).values("pk"))


class RequisitionQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Recruiters, admins and executives see that a place is open; managers see those below."""
        if access.sees_everyone(viewer) or viewer.is_recruiter:
            return self
        mine = _people_of(viewer)
        if viewer.is_manager:
            mine |= access.people_filter(viewer, "hiring_manager")
        return _those(self, mine)

    def open(self) -> QuerySet:
        return self.filter(state=RequisitionState.OPEN)

    def with_vacancies(self) -> QuerySet:
        """Annotate what rules.has_recruiter and has_hiring_manager say, for many at once."""
        return self.annotate(
            is_recruited=_holds("recruiter", Role.RECRUITER),
            is_managed=_holds("hiring_manager", Role.MANAGER),
        )


class HiringStageQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        return self if access.may_enter(viewer) else self.none()

    def live(self) -> QuerySet:
        return self.filter(archived_at__isnull=True)


class CandidateQuerySet(models.QuerySet):
    """Read only inside ``org.private.reading_as``: outside it the database returns no row."""

    def visible_to(self, viewer: "Person") -> QuerySet:
        return _those(self, _people_of(viewer, "applications__requisition__"))


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        return _those(self, _people_of(viewer, "requisition__"))

    def live(self) -> QuerySet:
        return self.filter(archived_at__isnull=True)

    def hired(self) -> QuerySet:
        return self.filter(stage__kind=StageKind.HIRED)
