"""Pipelines: ways of selling, each with stages of its own."""

from typing import ClassVar

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Lower

from pipeline.querysets import PipelineQuerySet

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

    objects: ClassVar = PipelineQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"), name="pipeline_name_unique", condition=Q(archived_at__isnull=True)
            ),
            models.UniqueConstraint(
                fields=["is_default"], name="pipeline_one_default", condition=Q(is_default=True)
            ),
            models.CheckConstraint(name="pipeline_named", condition=~Q(name="")),
            models.CheckConstraint(
                name="pipeline_default_in_use",
                condition=Q(is_default=False) | Q(archived_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.name
