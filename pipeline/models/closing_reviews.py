"""What was learnt from how a deal closed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kit.fields import choices
from org.models.people import Person
from pipeline.enums import Status
from pipeline.models.deals import Deal
from pipeline.models.outcomes import Competitor
from pipeline.querysets import OfDealQuerySet


class ClosingReview(models.Model):
    """A look back at one closing of a deal, which is told by its moment; one each.

    A deal that is reopened and closed again gets another one, and the first stays to be read.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="closing_reviews")
    closed_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=choices(Status))
    decided_by = models.TextField()
    learnt = models.TextField(blank=True)
    competitor = models.ForeignKey(
        Competitor, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    asked = models.CharField(max_length=200, blank=True)
    reviewed_on = models.DateField()
    written_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = OfDealQuerySet.as_manager()

    class Meta:
        ordering = ["-closed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "closed_at"], name="closing_reviewed_once"),
            models.CheckConstraint(
                name="closing_review_of_closed", condition=Q(status__in=["won", "lost"])
            ),
            models.CheckConstraint(name="closing_review_says_why", condition=~Q(decided_by="")),
        ]

    def __str__(self) -> str:
        return f"Review of {self.deal}, {self.status}"
