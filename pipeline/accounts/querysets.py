"""Filters of merges and of pairs kept apart."""

from typing import TYPE_CHECKING, Self

from django.db import models

from org import access

if TYPE_CHECKING:
    from org.models.people import Person


class MergeQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the merges of accounts and contacts, which everybody who sells shares."""
        return self if access.sells(viewer) else self.none()

    def standing(self) -> Self:
        """Return those that were not taken back."""
        return self.filter(undone_at__isnull=True)


class ApartQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        return self if access.sells(viewer) else self.none()
