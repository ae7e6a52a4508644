"""Named filters over coaching's tables: a one-on-one belongs to its two people alone."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q, QuerySet

from coaching.enums import ItemState

if TYPE_CHECKING:
    from org.models.people import Person


def _mine(viewer: "Person", prefix: str = "") -> Q:
    if not (viewer.is_authenticated and viewer.is_active):
        return Q(pk__in=[])
    return Q(**{f"{prefix}person": viewer}) | Q(**{f"{prefix}manager": viewer})


class OneOnOneQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """No manager above, admin or executive is among the readers."""
        return self.filter(_mine(viewer))

    def running(self) -> QuerySet:
        return self.filter(ended_at__isnull=True)


class SessionQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        return self.filter(_mine(viewer, "one_on_one__"))


class NoteQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Return both people's notes; one that is archived is seen by its author."""
        shown = Q(archived_at__isnull=True) | Q(author=viewer)
        return self.filter(_mine(viewer, "session__one_on_one__"), shown)


class PrivateNoteQuerySet(models.QuerySet):
    """Read only inside ``org.private.reading_as``: outside it the database returns no row."""

    def visible_to(self, viewer: "Person") -> QuerySet:
        return self.filter(author=viewer)


class ActionItemQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        return self.filter(_mine(viewer, "one_on_one__"))

    def open(self) -> QuerySet:
        return self.filter(state=ItemState.OPEN)
