"""Frameworks that deals are qualified by, and how each deal was scored."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from org.models.people import Person
from pipeline.models.deals import Deal, Stage
from pipeline.querysets import FrameworkQuerySet, OfDealQuerySet, SetUpQuerySet


class Framework(models.Model):
    """A list of things to know of a deal, such as MEDDPICC; one out of use is archived."""

    name = models.CharField(max_length=60)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="framework_name_unique"),
            models.CheckConstraint(name="framework_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class FrameworkElement(models.Model):
    """One thing to know, and the question that finds it out."""

    framework = models.ForeignKey(Framework, on_delete=models.PROTECT, related_name="elements")
    name = models.CharField(max_length=60)
    question = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=10)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = FrameworkQuerySet.as_manager()

    class Meta:
        ordering = ["framework", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                "framework",
                Lower("name"),
                name="element_name_unique",
                condition=Q(archived_at=None),
            ),
            models.CheckConstraint(name="element_asks", condition=~Q(name="") & ~Q(question="")),
        ]

    def __str__(self) -> str:
        return self.name


class ElementScore(models.Model):
    """How well an element was known of a deal from a moment on, and by what; only added.

    ``asked`` is the element and its question as they read then. The newest score counts.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="scores")
    element = models.ForeignKey(FrameworkElement, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    evidence = models.TextField(blank=True)
    asked = models.CharField(max_length=400)
    scored_at = models.DateTimeField(db_default=Now())
    scored_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = OfDealQuerySet.as_manager()

    class Meta:
        ordering = ["-scored_at", "-pk"]
        indexes = [
            models.Index(fields=["deal", "element", "-scored_at"], name="score_newest"),
        ]
        constraints = [
            models.CheckConstraint(name="score_in_range", condition=Q(score__lte=3)),
            models.CheckConstraint(
                name="score_has_evidence", condition=Q(score=0) | ~Q(evidence="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.element}: {self.score}"


class GapRule(models.Model):
    """An element that must be known at least so well by a stage; only added and ended."""

    element = models.ForeignKey(FrameworkElement, on_delete=models.PROTECT, related_name="gaps")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    minimum = models.PositiveSmallIntegerField()
    valid_from = models.DateTimeField(db_default=Now(), editable=False)
    valid_to = models.DateTimeField(null=True, editable=False)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["element", "stage"], name="gap_once_a_stage", condition=Q(valid_to=None)
            ),
            models.CheckConstraint(name="gap_minimum", condition=Q(minimum__range=(1, 3))),
        ]

    def __str__(self) -> str:
        return f"{self.element} at least {self.minimum} by {self.stage}"
