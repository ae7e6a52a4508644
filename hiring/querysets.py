"""Named filters over hiring's tables. Candidates are their requisition's people's alone."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, QuerySet

from hiring.enums import RequisitionState, StageKind
from org import access

if TYPE_CHECKING:
    from org.models.people import Person


def _people_of(viewer: "Person", prefix: str = "") -> Q:
    """Return the condition that the viewer is recruiter, hiring manager or interviewer."""
    if not access.may_enter(viewer):
        return Q(pk__in=[])
    return (
        Q(**{f"{prefix}recruiter": viewer})
        | Q(**{f"{prefix}hiring_manager": viewer})
        | Q(**{f"{prefix}interviewers": viewer})
    )


class RequisitionQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Recruiters, admins and executives see that a place is open; managers see those below."""
        if access.sees_everyone(viewer) or viewer.is_recruiter:
            return self
        mine = _people_of(viewer)
        if viewer.is_manager:
            mine |= access.people_filter(viewer, "hiring_manager")
        return self.filter(pk__in=models.QuerySet(self.model).filter(mine).values("pk"))

    def open(self) -> QuerySet:
        return self.filter(state=RequisitionState.OPEN)


class HiringStageQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        return self if access.may_enter(viewer) else self.none()


class CandidateQuerySet(models.QuerySet):
    """Read only inside ``org.private.reading_as``: outside it the database returns no row."""

    def visible_to(self, viewer: "Person") -> QuerySet:
        return self.filter(
            pk__in=models.QuerySet(self.model)
            .filter(_people_of(viewer, "applications__requisition__"))
            .values("pk")
        )


class ApplicationQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        return self.filter(
            pk__in=models.QuerySet(self.model)
            .filter(_people_of(viewer, "requisition__"))
            .values("pk")
        )

    def hired(self) -> QuerySet:
        return self.filter(stage__kind=StageKind.HIRED)
