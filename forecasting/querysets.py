"""Named filters over forecasting's tables."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import QuerySet

from org import access

if TYPE_CHECKING:
    from org.models.people import Person


class DealExpectationQuerySet(models.QuerySet):
    def visible_to(self, viewer: "Person") -> QuerySet:
        """Access is judged by the deal's owner of today."""
        return self.filter(access.people_filter(viewer, "deal__owner"))
