"""Filters of pipeline reviews and saved views."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from org import access

if TYPE_CHECKING:
    from org.models.people import Person


class PipelineReviewQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the viewer's own: when one looked is nobody else's business."""
        return self.filter(reviewer=viewer) if access.sells(viewer) else self.none()


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person", *, shared: set[int] | None = None) -> Self:
        """Return the viewer's own, and those shared with a team that they are in or lead today.

        ``shared`` are those teams, where the caller has them from ``access.shared_team_ids``.
        """
        if not access.sells(viewer):
            return self.none()
        teams = access.shared_team_ids(viewer) if shared is None else shared
        return self.filter(Q(owner=viewer) | Q(team__in=teams))

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)
