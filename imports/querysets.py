"""Filters of import runs and remembered answers."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import QuerySet

if TYPE_CHECKING:
    from org.models.people import Person


class ImportQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return all for admins, who alone import; nothing for anybody else."""
        return self if viewer.is_authenticated and viewer.is_admin else self.none()


class ImportAnswerQuerySet(ImportQuerySet):
    def saying(self, text: str) -> "ImportAnswerQuerySet":
        """Return the answers about texts that hold ``text``, in any case; all for none."""
        return self.filter(text__icontains=text) if text else self
