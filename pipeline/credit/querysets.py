"""Filters of credit splits."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from pipeline.querysets import seen_by

if TYPE_CHECKING:
    from org.models.people import Person


class CreditSplitQuerySet(models.QuerySet):
    """How the credit of deals is split."""

    def visible_to(self, viewer: "Person") -> Self:
        """Anybody who may see the deal sees who gets credit for it."""
        return self.filter(seen_by(viewer, owner="deal__owner", deal="deal"))

    def known_at(self, moment: datetime) -> Self:
        """Those set by ``moment``, the newest of a deal first."""
        return self.filter(set_at__lte=moment).order_by("-set_at", "-pk")
