"""Pipelines, stages, loss reasons and competitors."""

from typing import ClassVar

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Lower

from kit.fields import check, choices, once, one_of
from pipeline.enums import LOSS_KIND_LABELS, Category, LossKind, Status
from pipeline.querysets import SharedQuerySet
from pipeline.stages.querysets import StageQuerySet


class LossReason(models.Model):
    """A reason for which deals are lost, and of which kind it is.

    Deals hold the ``code``, which stays; the name is what people read.
    """

    code = models.CharField(max_length=30, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=20, choices=choices(LossKind, LOSS_KIND_LABELS))
    order = models.PositiveSmallIntegerField(default=100)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="loss_reason_name_unique"),
            one_of("loss_reason_kind", "kind", LossKind),
            check("loss_reason_named", ~Q(name="")),
            check("loss_reason_code", Q(code__regex=r"^[a-z][a-z0-9_]*$")),
        ]

    def __str__(self) -> str:
        return self.name


class Competitor(models.Model):
    """Somebody who sells against us."""

    name = models.CharField(max_length=100)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = [Lower("name"), "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="competitor_name_unique"),
            check("competitor_named", ~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


# The database's own: what is written without naming a pipeline belongs to the default one.
DEFAULT = Func(function="pipeline_default_pipeline", output_field=models.BigIntegerField())


class Pipeline(models.Model):
    """A way of selling, such as new business or renewals; its stages are the steps of it.

    A deal is in the pipeline of its stage. One pipeline is the default: where none is named, as
    in a file without that column, it is meant.
    """

    name = models.CharField(max_length=100)
    order = models.PositiveSmallIntegerField(default=10)
    is_default = models.BooleanField(default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="pipeline_name_unique", condition=Q(archived_at__isnull=True)
            ),
            once("pipeline_one_default", "is_default", where=Q(is_default=True)),
            check("pipeline_named", ~Q(name="")),
            check("pipeline_default_in_use", Q(is_default=False) | Q(archived_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A step of a pipeline; its kind says whether deals in it are open, won or lost.

    ``order`` compares stages of one pipeline; it says nothing between two.
    """

    pipeline = models.ForeignKey(
        Pipeline, on_delete=models.PROTECT, related_name="stages", db_default=DEFAULT
    )
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=choices(Status), default=Status.OPEN)
    order = models.PositiveSmallIntegerField()
    probability = models.PositiveSmallIntegerField(
        help_text="Percent of deals here that end as won."
    )
    default_category = models.CharField(
        max_length=20, choices=choices(Category), default=Category.PIPELINE
    )
    expected_days = models.PositiveSmallIntegerField(null=True, blank=True)
    # Whether deals of the pipeline count as qualified from here; where no stage says so, a default.
    is_qualified = models.BooleanField(default=False, db_default=False)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = StageQuerySet.as_manager()

    class Meta:
        ordering = ["pipeline__order", "pipeline_id", "order", "pk"]
        constraints = [
            models.UniqueConstraint("pipeline", Lower("name"), name="stage_name_unique"),
            one_of("stage_kind", "kind", Status),
            once("stage_one_qualified_a_pipeline", "pipeline", where=Q(is_qualified=True)),
            check("stage_qualified_is_open", Q(is_qualified=False) | Q(kind=Status.OPEN)),
            one_of("stage_category", "default_category", Category),
            check("stage_named", ~Q(name="")),
            check(
                "stage_probability_fits_kind",
                Q(kind=Status.WON, probability=100, default_category=Category.CLOSED)
                | Q(kind=Status.LOST, probability=0, default_category=Category.OMITTED)
                | (
                    Q(kind=Status.OPEN, probability__lte=100) & ~Q(default_category=Category.CLOSED)
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name
