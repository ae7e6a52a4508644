"""Rules for the deals of people who leave, and activity targets by role.

Rows are only added, as with quotas.
"""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kit.fields import check, choices, one_of
from org import access
from org.enums import ROLE_LABELS, Role
from org.models.people import Person
from pipeline.enums import ACTIVITY_LABELS, TOUCHES, ActivityKind
from process.enums import EVERY_LABELS, GIVEN_TO_LABELS, USUAL_RULE, Every, GivenTo


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
        newest = cls.objects.first()
        return GivenTo(newest.given_to) if newest else USUAL_RULE


class ActivityTargetQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> Self:
        """Return all for everybody who sells: what a role owes is no secret."""
        return self if access.sells(viewer) else self.none()

    def known_at(self, moment: datetime) -> Self:
        return self.filter(set_at__lte=moment)


KINDS = [pair for pair in choices(ActivityKind, ACTIVITY_LABELS) if pair[0] in TOUCHES]
ROLES = [pair for pair in choices(Role, ROLE_LABELS) if pair[0] in {Role.REP, Role.MANAGER}]


class ActivityTarget(models.Model):
    """What everybody of a role owes of a kind from ``starts_on`` on, until a later version.

    Of the versions that start by a day, the newest ``set_at`` counts. One without a ``count``
    withdraws the target. Rows are never changed or deleted: the database refuses it.
    """

    role = models.CharField(max_length=20, choices=ROLES)
    kind = models.CharField(max_length=10, choices=KINDS)
    count = models.PositiveIntegerField(null=True, blank=True)
    every = models.CharField(max_length=5, choices=choices(Every, EVERY_LABELS))
    starts_on = models.DateField()
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    objects: ClassVar = ActivityTargetQuerySet.as_manager()

    class Meta:
        ordering = ["-set_at", "-pk"]
        constraints = [
            one_of("activity_target_every", "every", Every),
            check("activity_target_role", Q(role__in=[role for role, _ in ROLES])),
            check("activity_target_kind", Q(kind__in=[kind for kind, _ in KINDS])),
            check(
                "activity_target_count",
                Q(count__isnull=True) | Q(count__gte=1, count__lte=10_000),
            ),
            check("activity_target_reason", ~Q(reason="")),
            models.UniqueConstraint(
                fields=["role", "kind", "set_at"], name="activity_target_one_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_kind_display()}, {self.words}"

    @property
    def words(self) -> str:
        """The target in words, such as "20 a week"."""
        if self.count is None:
            return "no target"
        return f"{self.count:,} a {self.every}"
