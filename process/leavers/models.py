"""Rules for the deals of people who leave."""

from django.db import models
from django.db.models.functions import Now

from kit.fields import choices, one_of
from org.models.people import Person
from process.leavers.enums import GIVEN_TO_LABELS, USUAL_RULE, GivenTo


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
