"""The buying roles that a stage needs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from kit.fields import check
from pipeline.deals.models import ALL_ROLES
from pipeline.stages.models import Stage


class StagePeople(models.Model):
    """Which roles somebody must play by a stage, and with which of them one must have talked.

    A stage without such a row has what is usual for its place (``metrics.engagement``).
    """

    stage = models.OneToOneField(Stage, on_delete=models.CASCADE, related_name="people")
    named = ArrayField(models.CharField(max_length=20), default=list)
    engaged = ArrayField(models.CharField(max_length=20), default=list)

    class Meta:
        verbose_name_plural = "people by stage"
        constraints = [
            check(
                "stage_people_roles",
                Q(named__contained_by=ALL_ROLES) & Q(engaged__contained_by=ALL_ROLES),
            )
        ]

    def __str__(self) -> str:
        return f"People by {self.stage}"
