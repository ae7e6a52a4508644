"""Risk rules, stage norms, learned limits and data-quality decisions."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import Remedy
from analytics.risk.querysets import DispositionQuerySet
from analytics.runs.models import RecomputeRun
from kit.fields import choices, one_of
from org.models.people import Person
from pipeline.deals.models import Deal
from pipeline.stages.models import Stage


class SignalRule(models.Model):
    """How a signal is judged from ``set_at`` until its next row. Only added.

    Of a signal without a row the rules of ``analytics.risk.metrics.risk`` hold. ``learnt_from`` is
    the number of won deals that ``limit`` was taken over from; null where it was set by hand.
    """

    signal = models.CharField(max_length=20, choices=choices(Signal))
    is_on = models.BooleanField()
    limit = models.PositiveIntegerField(null=True)
    weight = models.PositiveSmallIntegerField()
    learnt_from = models.PositiveIntegerField(null=True)
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-set_at", "-pk"]
        indexes = [models.Index(fields=["signal", "-set_at", "-id"], name="signal_rule_newest")]
        constraints = [
            one_of("signal_rule_signal", "signal", Signal),
            models.CheckConstraint(
                name="signal_rule_limit_above_zero",
                condition=Q(limit__isnull=True) | Q(limit__gt=0),
            ),
            models.CheckConstraint(name="signal_rule_weight", condition=Q(weight__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.get_signal_display()} from {self.set_at}"


class StageNorm(models.Model):
    """Days that won deals stood in a stage, as a run knew them; nulls where there were none."""

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    stage = models.ForeignKey(Stage, on_delete=models.CASCADE, related_name="+")
    deals = models.PositiveIntegerField()
    median = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    p75 = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    fewest = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["run", "stage"]
        constraints = [
            models.UniqueConstraint(fields=["run", "stage"], name="stage_norm_once_a_run"),
            models.CheckConstraint(
                name="stage_norm_has_its_deals",
                condition=Q(deals=0, median__isnull=True, p75__isnull=True, fewest__isnull=True)
                | Q(deals__gt=0, median__isnull=False, p75__gte=F("median"), fewest__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} in run {self.run_id}"


class LearntLimit(models.Model):
    """The threshold of a signal as a run learnt it from won deals; null where they were too few."""

    run = models.ForeignKey(RecomputeRun, on_delete=models.CASCADE, related_name="+")
    signal = models.CharField(max_length=20, choices=choices(Signal))
    deals = models.PositiveIntegerField()
    limit = models.PositiveIntegerField(null=True)

    class Meta:
        ordering = ["run", "signal"]
        constraints = [
            one_of("learnt_limit_signal", "signal", Signal),
            models.UniqueConstraint(fields=["run", "signal"], name="learnt_limit_once_a_run"),
            models.CheckConstraint(
                name="learnt_limit_above_zero", condition=Q(limit__isnull=True) | Q(limit__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_signal_display()} in run {self.run_id}"


class Disposition(models.Model):
    """A decision about one breach of a deal. Only added: the newest of a deal and signal counts.

    ``due_on`` is the last day to fix or close, or the last day that a justification holds.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="dispositions")
    signal = models.CharField(max_length=20, choices=choices(Signal))
    remedy = models.CharField(
        max_length=10, choices=choices(Remedy, {each: each.capitalize() for each in Remedy})
    )
    due_on = models.DateField()
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = DispositionQuerySet.as_manager()

    class Meta:
        ordering = ["-decided_at", "-pk"]
        indexes = [
            models.Index(fields=["deal", "signal", "-decided_at"], name="disposition_newest")
        ]
        constraints = [
            one_of("disposition_signal", "signal", Signal),
            one_of("disposition_remedy", "remedy", Remedy),
            models.CheckConstraint(
                name="disposition_justified_in_words",
                condition=~Q(remedy=Remedy.JUSTIFY) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_remedy_display()} {self.get_signal_display()} of {self.deal}"
