"""Filters of stages."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Func

from pipeline.enums import Status
from pipeline.querysets import SharedQuerySet

if TYPE_CHECKING:
    pass


class StagePlace(Func):
    """Where a stage stands: by the order of its pipeline, then in that one. Only to order by."""

    template = "ROW(%(expressions)s)"
    output_field = models.TextField()

    def __init__(self, stage: str) -> None:
        names = ("pipeline__order", "pipeline_id", "order")
        super().__init__(*(F(f"{stage}__{name}") for name in names))


class StageQuerySet(SharedQuerySet):
    def with_open_deals(self) -> Self:
        """Return the stages with a row for each open deal that is in one."""
        return self.filter(deals__status=Status.OPEN, deals__archived_at__isnull=True)

    def live(self) -> Self:
        """Return the stages in use, of pipelines in use."""
        return self.filter(archived_at__isnull=True, pipeline__archived_at__isnull=True)

    def of(self, pipeline: int) -> Self:
        return self.filter(pipeline=pipeline).order_by()

    def of_default(self) -> Self:
        """Return the stages of the default pipeline."""
        return self.filter(pipeline__is_default=True)
