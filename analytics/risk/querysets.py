"""Filters of data-quality decisions."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from org import access

if TYPE_CHECKING:
    from org.models.people import Person


class DispositionQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> Self:
        """Return the decisions about deals of people whom the viewer may see."""
        return self.filter(access.people_filter(viewer, "deal__owner"))

    def newest(self, moment: datetime) -> Self:
        """Return the newest decision about each breach of a deal, as of ``moment``."""
        known = self.filter(decided_at__lte=moment)
        order = ("deal_id", "signal", "-decided_at", "-pk")
        return known.order_by(*order).distinct("deal_id", "signal")
