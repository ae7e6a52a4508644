"""How deals end: why they are lost, and to whom."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from kit.fields import choices, one_of
from pipeline.outcome_enums import LOSS_KIND_LABELS, LossKind
from pipeline.querysets import CompetitorQuerySet, LossReasonQuerySet


class LossReason(models.Model):
    """A reason for which deals are lost, and of which kind it is.

    Deals hold the ``code``, which stays; the name is what people read.
    """

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=choices(LossKind, LOSS_KIND_LABELS))
    order = models.PositiveSmallIntegerField(default=100)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = LossReasonQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="loss_reason_name_unique"),
            one_of("loss_reason_kind", "kind", LossKind),
            models.CheckConstraint(name="loss_reason_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="loss_reason_code", condition=Q(code__regex=r"^[a-z][a-z0-9_]*$")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Competitor(models.Model):
    """Somebody who sells against us."""

    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = CompetitorQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="competitor_name_unique"),
            models.CheckConstraint(name="competitor_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
