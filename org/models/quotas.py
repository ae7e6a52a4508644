"""Quotas: append-only, so that every past target can be read back with its reason."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from kit.fields import choices, one_of
from org.enums import MEASURE_LABELS, Measure
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team
from org.models.territories import Territory
from org.querysets import QuotaQuerySet


class Quota(models.Model):
    """One version of a target; the newest ``set_at`` of a subject, measure and period counts.

    ``target`` is in the reporting currency for bookings and a number for counts. A row without a
    target withdraws the quota. Rows are never changed or deleted: the database refuses it.
    """

    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="quotas"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="quotas"
    )
    territory = models.ForeignKey(
        Territory, null=True, blank=True, on_delete=models.PROTECT, related_name="quotas"
    )
    measure = models.CharField(max_length=20, choices=choices(Measure, MEASURE_LABELS))
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    target = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects: ClassVar = QuotaQuerySet.as_manager()

    class Meta:
        ordering = ["period", "measure", "set_at", "pk"]
        indexes = [
            models.Index(fields=["period", "measure", "person", "-set_at"], name="quota_of_person"),
            models.Index(fields=["period", "measure", "team", "-set_at"], name="quota_of_team"),
        ]
        constraints = [
            one_of("quota_measure", "measure", Measure),
            models.CheckConstraint(
                name="quota_one_subject",
                condition=Q(person__isnull=False, team__isnull=True, territory__isnull=True)
                | Q(person__isnull=True, team__isnull=False, territory__isnull=True)
                | Q(person__isnull=True, team__isnull=True, territory__isnull=False),
            ),
            models.CheckConstraint(
                name="quota_positive", condition=Q(target__isnull=True) | Q(target__gt=0)
            ),
            models.CheckConstraint(name="quota_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="quota_not_set_by_its_person",
                condition=Q(set_by__isnull=True)
                | Q(person__isnull=True)
                | ~Q(person=models.F("set_by")),
            ),
        ]

    def __str__(self) -> str:
        subject = self.person or self.team or self.territory
        return f"{subject}: {self.target} {self.measure} in {self.period}"
