"""Recompute runs, the parts that remain of them, and what they stored.

The parts are the record of the work: a queue may lose or repeat its messages.
"""

from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.urls import reverse

from analytics.runs.enums import ChunkState, RunState, RunStep, Trigger
from analytics.runs.querysets import RunQuerySet, SnapshotQuerySet
from kit.fields import choices, one_of
from org.enums import MEASURE_LABELS, Measure
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team

ONE_SUBJECT = Q(person__isnull=True) | Q(team__isnull=True)


class RecomputeRun(models.Model):
    """One computation of everything that is stored by day, as things stood at ``moment``.

    ``moment`` lies on the organisation's day ``as_of`` and is fixed at the start, so that parts
    computed minutes apart speak of the same moment. Readers use the run that ``is_current``.
    """

    as_of = models.DateField()
    moment = models.DateTimeField()
    trigger = models.CharField(max_length=10, choices=choices(Trigger))
    requested_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=choices(RunState), default=RunState.RUNNING)
    is_current = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    # The writes into the run's past that its plan knew of, how often it was planned anew because
    # there were others later, and what was still wrong when it was published.
    past_writes = models.PositiveIntegerField(null=True)
    restarts = models.PositiveSmallIntegerField(default=0)
    doubt = models.CharField(max_length=500, blank=True)

    objects: ClassVar = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            one_of("run_trigger", "trigger", Trigger),
            one_of("run_state", "state", RunState),
            models.UniqueConstraint(
                fields=["as_of"], condition=Q(trigger="schedule"), name="run_scheduled_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["as_of"], condition=Q(state="running"), name="run_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["as_of"], condition=Q(is_current=True), name="run_one_current"
            ),
            models.CheckConstraint(
                name="run_finished_has_its_time",
                condition=Q(state="running", finished_at__isnull=True, is_current=False)
                | (~Q(state="running") & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"Run {self.pk} as of {self.as_of}"

    def get_absolute_url(self) -> str:
        return reverse("analytics:run", args=[self.pk])

    @property
    def took(self) -> timedelta | None:
        return self.finished_at - self.created_at if self.finished_at else None


class RecomputeChunk(models.Model):
    """One part of a run. ``attempts`` is counted before work starts and is the fencing number:
    only the holder of the newest attempt may store its result."""

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="chunks")
    step = models.CharField(max_length=12, choices=choices(RunStep))
    phase = models.PositiveSmallIntegerField()
    part = models.PositiveIntegerField(default=0)
    label = models.CharField(max_length=200)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="+")
    everyone = models.BooleanField(default=False)
    people = ArrayField(models.BigIntegerField(), default=list)
    days = ArrayField(models.DateField(), default=list)
    state = models.CharField(max_length=12, choices=choices(ChunkState), default=ChunkState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    worker = models.CharField(max_length=200, blank=True)
    rows = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["run", "phase", "step", "part"]
        constraints = [
            one_of("chunk_step", "step", RunStep),
            one_of("chunk_state", "state", ChunkState),
            models.UniqueConstraint(fields=["run", "step", "part"], name="chunk_once"),
            models.CheckConstraint(
                name="chunk_working_has_lease",
                condition=Q(state="working", lease_until__isnull=False, attempts__gt=0)
                | (~Q(state="working") & Q(lease_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="chunk_finished_has_its_time",
                condition=Q(state__in=["done", "quarantined"], finished_at__isnull=False)
                | Q(state__in=["waiting", "working"], finished_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_step_display()}: {self.label}"

    @property
    def took(self) -> timedelta | None:
        """How long the last attempt took; None before it ended."""
        if self.finished_at is None or self.started_at is None:
            return None
        return self.finished_at - self.started_at


class AttainmentSnapshot(models.Model):
    """What a subject had attained of a period's quota as of the run's moment.

    No person and no team: everyone together. ``actual`` and ``target`` are money for bookings,
    numbers for the other measures; ``cases`` are the deals or activities behind ``actual``.
    """

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.CASCADE, related_name="+")
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="+")
    period = models.ForeignKey(FiscalPeriod, on_delete=models.PROTECT, related_name="+")
    measure = models.CharField(max_length=20, choices=choices(Measure, MEASURE_LABELS))
    actual = models.DecimalField(max_digits=16, decimal_places=2)
    target = models.DecimalField(max_digits=16, decimal_places=2, null=True)
    target_complete = models.BooleanField(default=True)
    cases = models.PositiveIntegerField()
    unpriced = models.PositiveIntegerField()
    # Money of overlay shares, which is not in ``actual``.
    overlay = models.DecimalField(max_digits=16, decimal_places=2, db_default=0)

    objects: ClassVar = SnapshotQuerySet.as_manager()

    class Meta:
        ordering = ["run", "period", "measure", "pk"]
        constraints = [
            one_of("attainment_measure", "measure", Measure),
            models.UniqueConstraint(
                fields=["run", "person", "team", "period", "measure"],
                name="attainment_once_a_run",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="attainment_one_subject", condition=ONE_SUBJECT),
            models.CheckConstraint(name="attainment_cases", condition=Q(unpriced__lte=F("cases"))),
        ]
