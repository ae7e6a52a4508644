"""Filters of qualification frameworks."""

from typing import TYPE_CHECKING, Self

from django.db import models

from org import access

if TYPE_CHECKING:
    from org.models.people import Person


class FrameworkQuerySet(models.QuerySet):
    """Frameworks and their elements, which everybody who sells may read."""

    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()

    def live(self) -> Self:
        return self.filter(archived_at__isnull=True)
