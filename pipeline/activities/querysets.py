"""Filters of activities and calendar uploads."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q, QuerySet

from org import access
from pipeline.enums import ActivityKind, Direction
from pipeline.querysets import ListedQuerySet, seen_by

if TYPE_CHECKING:
    from org.models.people import Person


class ActivityQuerySet(ListedQuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return what the viewer's people did, and what was done on deals the viewer may see."""
        return self.filter(
            access.people_filter(viewer, "person")
            | seen_by(viewer, owner="deal__owner", deal="deal")
        )

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def exchanged(self) -> "ActivityQuerySet":
        """Those in which both sides took part: `pipeline.people.metrics` says the same."""
        came_back = Q(kind=ActivityKind.EMAIL, direction__in=(Direction.IN, Direction.BOTH))
        taken = Q(kind=ActivityKind.CALL) & (Q(minutes__isnull=True) | ~Q(minutes=0))
        return self.filter(Q(kind=ActivityKind.MEETING) | taken | came_back)

    def known_at(self, moment: datetime) -> QuerySet:
        """Return what had happened and was logged by ``moment`` and not archived by then."""
        return self.filter(
            Q(archived_at__isnull=True) | Q(archived_at__gt=moment),
            occurred_at__lte=moment,
            created_at__lte=moment,
        )


class CalendarUploadQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the viewer's own: what is in a calendar is nobody else's business."""
        return self.filter(person=viewer) if access.sells(viewer) else self.none()
