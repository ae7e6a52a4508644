"""Filters of activity targets."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from org import access

if TYPE_CHECKING:
    from org.models.people import Person


class ActivityTargetQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return all for everybody who sells: what a role owes is no secret."""
        return self if access.sells(viewer) else self.none()

    def known_at(self, moment: datetime) -> Self:
        return self.filter(set_at__lte=moment)
