"""Filters of deals, their versions and the people on them."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Self, cast

from django.db import models
from django.db.models import Q
from django.db.models.sql import UpdateQuery

from pipeline.enums import Status
from pipeline.querysets import ListedQuerySet, seen_by

if TYPE_CHECKING:
    from org.models.people import Person
    from pipeline.deals.models import Deal


class DealQuerySet(ListedQuerySet):
    def change(self, **values: Any) -> "Deal | None":
        """Update the one row that matches and return it as the database left it, or None.

        In one statement: Django's ``update`` says nothing of what the triggers filled in.
        """
        query = cast(UpdateQuery, self.query.chain(UpdateQuery))
        query.add_update_values(values)
        statement, parameters = query.get_compiler(self.db).as_sql()
        changed = self.raw(f"{statement} RETURNING *", parameters)
        return cast("Deal | None", next(iter(changed), None))

    def visible_to(self, viewer: "Person") -> Self:
        """Return the deals of today's owners below the viewer, and those shared with the viewer."""
        return self.filter(seen_by(viewer, owner="owner", deal="pk"))

    def open(self) -> Self:
        return self.live().filter(status=Status.OPEN)

    def won(self) -> Self:
        return self.live().filter(status=Status.WON)


class DealVersionQuerySet(ListedQuerySet):
    """Deals as they were. Archived deals are left out unless asked for."""

    def as_of(self, moment: datetime) -> "DealVersionQuerySet":
        return self.filter(valid_from__lte=moment, valid_to__gt=moment)

    def live(self) -> Self:
        return self.filter(archived=False)

    def visible_to(self, viewer: "Person") -> Self:
        """Access is judged by the deal's owner of today, not by the owner of the version."""
        return self.filter(seen_by(viewer, owner="deal__owner", deal="deal"))

    def open(self) -> Self:
        return self.filter(status=Status.OPEN, archived=False)

    def closed(self) -> Self:
        """Won and lost deals."""
        return self.filter(~Q(status=Status.OPEN), archived=False)

    def won(self) -> Self:
        return self.closed().filter(status=Status.WON)

    def closed_in(self, start: date, end: date) -> Self:
        return self.filter(closed_on__gte=start, closed_on__lt=end)


class DealContactQuerySet(models.QuerySet):
    """Who plays a part in a deal: contacts of the customer, colleagues who help."""

    def visible_to(self, viewer: "Person") -> Self:
        """Anybody who may see the deal sees who is involved in it."""
        return self.filter(seen_by(viewer, owner="deal__owner", deal="deal"))

    def standing(self) -> Self:
        """Those who play their part still."""
        return self.filter(ended_at__isnull=True)

    def as_of(self, moment: datetime) -> Self:
        """Those who were known to play their part at ``moment``."""
        return self.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=moment), added_at__lte=moment)


# What is read with a deal, since whoever gets it shows them.
RELATED = ("account", "owner", "stage", "competitor")
