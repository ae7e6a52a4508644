"""What people decided about open deals that break a rule, and who gets those of leavers."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kit.fields import choices, one_of
from org.models.people import Person
from pipeline.enums import SIGNAL_LABELS, Signal
from pipeline.metrics.hygiene import GIVEN_TO_LABELS, USUAL_RULE, GivenTo, Remedy
from pipeline.models.deals import Deal
from pipeline.querysets import DispositionQuerySet


class Disposition(models.Model):
    """A decision about one breach of a deal. Only added: the newest of a deal and signal counts.

    ``due_on`` is the last day to fix or close, or the last day that a justification holds.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="dispositions")
    signal = models.CharField(max_length=20, choices=choices(Signal, SIGNAL_LABELS))
    remedy = models.CharField(max_length=10, choices=choices(Remedy))
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


class LeaverRule(models.Model):
    """By which rule the open deals of leavers are offered to others from ``set_at``. Only added.

    It fills in the hand-over; no deal changes hands before somebody says so.
    """

    given_to = models.CharField(max_length=20, choices=choices(GivenTo, GIVEN_TO_LABELS))
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["-set_at", "-pk"]
        constraints = [one_of("leaver_rule_given_to", "given_to", GivenTo)]

    def __str__(self) -> str:
        return f"{self.get_given_to_display()} from {self.set_at}"

    @classmethod
    def standing(cls) -> GivenTo:
        """Return the rule that holds now."""
        newest = cls.objects.first()
        return GivenTo(newest.given_to) if newest else USUAL_RULE
