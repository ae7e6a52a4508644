"""Filters of recompute runs and stored attainment."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, QuerySet

from analytics.runs.enums import RunState
from org import access

if TYPE_CHECKING:
    from org.models.people import Person


class RunQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return the runs for admins alone; others see the figures, and as of when they are."""
        return self if viewer.is_admin else self.none()

    def running(self) -> QuerySet:
        return self.filter(state=RunState.RUNNING)

    def published(self) -> QuerySet:
        """Return the run that counts for each day, the newest day first."""
        return self.filter(is_current=True).order_by("-as_of")


class SnapshotQuerySet(models.QuerySet):
    """Stored figures of a person, a team or everyone, read by the run that published them."""

    def visible_to(self, viewer: "Person") -> "SnapshotQuerySet":
        """Return the figures of the people and teams whose numbers the viewer sees today."""
        return self.filter(access.subject_filter(viewer))

    def of(self, *, person: int | None = None, team: int | None = None) -> "SnapshotQuerySet":
        """Return the figures of one subject; of everyone together where none is named."""
        subject = Q(person=person) if person else Q(person__isnull=True)
        return self.filter(subject, Q(team=team) if team else Q(team__isnull=True))
