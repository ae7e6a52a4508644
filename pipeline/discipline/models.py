"""Exit criteria, required fields, overrides, qualification and win/loss reviews."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from kit.fields import check, choices, once, one_of
from org.models.people import Person
from pipeline.deals.models import Deal
from pipeline.enums import ASKED_LABELS, ExitField, Status
from pipeline.querysets import OfDealQuerySet, SetUpQuerySet, SharedQuerySet
from pipeline.stages.models import Competitor, Stage


class Ended(models.Model):
    """What is set up from a moment on, and only added and ended."""

    valid_from = models.DateTimeField(db_default=Now(), editable=False)
    valid_to = models.DateTimeField(null=True, editable=False)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = SetUpQuerySet.as_manager()

    class Meta:
        abstract = True

    def end(self, at: datetime) -> None:
        """Let it no longer hold, not before it began."""
        self.valid_to = max(at, self.valid_from)
        self.save(update_fields=["valid_to"])


class ExitCriterion(models.Model):
    """Something the buyer has done or confirmed by the end of a stage; its words are versions."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="exit_criteria")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Exit criterion {self.pk} of {self.stage}"


class CriterionVersion(Ended):
    """How a criterion reads from ``valid_from`` until ``valid_to``; only added and ended.

    ``depends_on`` must be met first. What is ended for good has no version that goes on.
    """

    criterion = models.ForeignKey(ExitCriterion, on_delete=models.PROTECT, related_name="versions")
    statement = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=10)
    depends_on = models.ForeignKey(
        ExitCriterion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            once("criterion_reads_one_way", "criterion", where=Q(valid_to=None)),
            check("criterion_says_something", ~Q(statement="")),
            check("criterion_lasts", Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))),
        ]

    def __str__(self) -> str:
        return self.statement


class RequiredField(Ended):
    """A field that a deal must have when it leaves the stage; only added and ended."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="required_fields")
    field = models.CharField(max_length=30, choices=choices(ExitField, ASKED_LABELS))

    class Meta:
        ordering = ["pk"]
        constraints = [
            once("field_required_once", "stage", "field", where=Q(valid_to=None)),
            one_of("required_field_known", "field", ExitField),
        ]

    def __str__(self) -> str:
        return f"{self.field} by the end of {self.stage}"


class CriterionMet(models.Model):
    """What shows that a deal meets a criterion; only added and taken back."""

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="criteria_met")
    criterion = models.ForeignKey(ExitCriterion, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(CriterionVersion, on_delete=models.PROTECT, related_name="+")
    evidence = models.TextField()
    met_at = models.DateTimeField(db_default=Now(), editable=False)
    met_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = OfDealQuerySet.as_manager()

    class Meta:
        ordering = ["met_at", "pk"]
        verbose_name_plural = "criteria met"
        constraints = [
            once("criterion_met_once", "deal", "criterion", where=Q(withdrawn_at=None)),
            check("criterion_met_by_evidence", ~Q(evidence="")),
        ]

    def __str__(self) -> str:
        return f"{self.version} in {self.deal}"


class StageOverride(models.Model):
    """A move past a stage without all that its exit asks for, and why; only added.

    ``owner`` owned the deal then. A deal has one for each of its versions that was moved on.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="overrides")
    deal_version = models.PositiveIntegerField()
    from_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    missing = models.JSONField()
    reason = models.TextField()
    overridden_at = models.DateTimeField(db_default=Now(), editable=False)
    overridden_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = OfDealQuerySet.as_manager()

    class Meta:
        ordering = ["-overridden_at", "-pk"]
        indexes = [models.Index(fields=["-overridden_at"], name="override_newest")]
        constraints = [
            once("move_overridden_once", "deal", "deal_version"),
            check("override_says_why", ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.deal} past {self.from_stage}"


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
            once("closing_reviewed_once", "deal", "closed_at"),
            check("closing_review_of_closed", Q(status__in=["won", "lost"])),
            check("closing_review_says_why", ~Q(decided_by="")),
        ]

    def __str__(self) -> str:
        return f"Review of {self.deal}, {self.status}"


class Framework(models.Model):
    """A list of things to know of a deal, such as MEDDPICC; one out of use is archived."""

    name = models.CharField(max_length=60)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="framework_name_unique"),
            check("framework_named", ~Q(name="")),
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

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["framework", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                "framework",
                Lower("name"),
                name="element_name_unique",
                condition=Q(archived_at=None),
            ),
            check("element_asks", ~Q(name="") & ~Q(question="")),
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
            check("score_in_range", Q(score__lte=3)),
            check("score_has_evidence", Q(score=0) | ~Q(evidence="")),
        ]

    def __str__(self) -> str:
        return f"{self.element}: {self.score}"


class GapRule(Ended):
    """An element that must be known at least so well by a stage; only added and ended."""

    element = models.ForeignKey(FrameworkElement, on_delete=models.PROTECT, related_name="gaps")
    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="+")
    minimum = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            once("gap_once_a_stage", "element", "stage", where=Q(valid_to=None)),
            check("gap_minimum", Q(minimum__range=(1, 3))),
        ]

    def __str__(self) -> str:
        return f"{self.element} at least {self.minimum} by {self.stage}"
