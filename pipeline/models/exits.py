"""What a stage asks for before a deal leaves it, what was shown, and what was passed over."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kit.fields import choices, one_of
from org.models.people import Person
from pipeline.models.deals import Deal, Stage
from pipeline.outcome_enums import ASKED_LABELS, Asked
from pipeline.querysets import OfDealQuerySet, SetUpQuerySet


class ExitCriterion(models.Model):
    """Something the buyer has done or confirmed by the end of a stage; its words are versions."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="exit_criteria")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Exit criterion {self.pk} of {self.stage}"


class CriterionVersion(models.Model):
    """How a criterion reads from ``valid_from`` until ``valid_to``; only added and ended.

    ``depends_on`` must be met first. What is ended for good has no version that goes on.
    """

    criterion = models.ForeignKey(ExitCriterion, on_delete=models.PROTECT, related_name="versions")
    statement = models.CharField(max_length=300)
    order = models.PositiveSmallIntegerField(default=10)
    depends_on = models.ForeignKey(
        ExitCriterion, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    valid_from = models.DateTimeField(db_default=Now(), editable=False)
    valid_to = models.DateTimeField(null=True, editable=False)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["criterion"], name="criterion_reads_one_way", condition=Q(valid_to=None)
            ),
            models.CheckConstraint(name="criterion_says_something", condition=~Q(statement="")),
            models.CheckConstraint(
                name="criterion_lasts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.statement


class RequiredField(models.Model):
    """A field that a deal must have when it leaves the stage; only added and ended."""

    stage = models.ForeignKey(Stage, on_delete=models.PROTECT, related_name="required_fields")
    field = models.CharField(max_length=30, choices=choices(Asked, ASKED_LABELS))
    valid_from = models.DateTimeField(db_default=Now(), editable=False)
    valid_to = models.DateTimeField(null=True, editable=False)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = SetUpQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["stage", "field"], name="field_required_once", condition=Q(valid_to=None)
            ),
            one_of("required_field_known", "field", Asked),
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
            models.UniqueConstraint(
                fields=["deal", "criterion"],
                name="criterion_met_once",
                condition=Q(withdrawn_at=None),
            ),
            models.CheckConstraint(name="criterion_met_by_evidence", condition=~Q(evidence="")),
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
            models.UniqueConstraint(fields=["deal", "deal_version"], name="move_overridden_once"),
            models.CheckConstraint(name="override_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.deal} past {self.from_stage}"
