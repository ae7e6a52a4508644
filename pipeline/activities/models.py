"""Activities and calendar uploads."""

from datetime import datetime
from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse

from kit.fields import check, choices, one_of
from org import access
from org.models.people import Person
from pipeline.customers.models import Account, Contact
from pipeline.deals.models import Deal
from pipeline.enums import ACTIVITY_LABELS, DIRECTION_LABELS, ActivityKind, Direction
from pipeline.querysets import ListedQuerySet, largest_first, seen_by

# A week; a longer one is a mistake of somebody's export.
LONGEST = 7 * 24 * 60


class ActivityQuerySet(ListedQuerySet):
    def visible_to(self, viewer: Person) -> Self:
        """Return what the viewer's people did, and what was done on deals the viewer may see."""
        return self.filter(
            access.people_filter(viewer, "person")
            | seen_by(viewer, owner="deal__owner", deal="deal")
        )

    def known_at(self, moment: datetime) -> QuerySet:
        """Return what had happened and was logged by ``moment`` and not archived by then."""
        return self.filter(
            Q(archived_at__isnull=True) | Q(archived_at__gt=moment),
            occurred_at__lte=moment,
            created_at__lte=moment,
        )


class CalendarUploadQuerySet(models.QuerySet):
    def visible_to(self, viewer: Person) -> Self:
        """Return the viewer's own: what is in a calendar is nobody else's business."""
        return self.filter(person=viewer) if access.sells(viewer) else self.none()


class Activity(models.Model):
    """A call, e-mail, meeting or note: who had it, when, and about which deal or account.

    ``direction`` is empty and ``minutes`` is None where nobody said them.
    """

    kind = models.CharField(max_length=10, choices=choices(ActivityKind, ACTIVITY_LABELS))
    direction = models.CharField(
        max_length=4, choices=choices(Direction, DIRECTION_LABELS), blank=True, db_default=""
    )
    subject = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    occurred_at = models.DateTimeField()
    minutes = models.PositiveIntegerField(null=True, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="activities")
    deal = models.ForeignKey(
        Deal, null=True, blank=True, on_delete=models.PROTECT, related_name="activities"
    )
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="activities"
    )
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="activities"
    )
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 -- unique where known
    submission = models.UUIDField(null=True, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar = ActivityQuerySet.as_manager()

    class Meta:
        ordering = ["-occurred_at", "-pk"]
        verbose_name_plural = "activities"
        indexes = [
            models.Index(fields=["-occurred_at", "-id"], name="activity_newest"),
            largest_first("minutes", "activity_by_minutes"),
            models.Index(fields=["deal", "-occurred_at"], name="activity_of_deal"),
            models.Index(fields=["person", "-occurred_at"], name="activity_of_person"),
            models.Index(fields=["account", "-occurred_at"], name="activity_of_account"),
        ]
        constraints = [
            one_of("activity_kind", "kind", ActivityKind),
            check("activity_direction", Q(direction__in=["", *(str(way) for way in Direction)])),
            check("activity_minutes", Q(minutes__isnull=True) | Q(minutes__lte=LONGEST)),
            models.UniqueConstraint("external_id", name="activity_external_id_unique"),
            check("activity_has_subject", ~Q(subject="")),
            check(
                "activity_about_something",
                Q(deal__isnull=False) | Q(account__isnull=False) | Q(contact__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class CalendarUpload(models.Model):
    """A calendar file of a person: what waits to be logged, and what was logged from it.

    ``meetings`` holds those with a contact among their guests, and is emptied once they are
    logged; of all others only their number is kept, in ``left_out`` by the reason.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()
    meetings = models.JSONField(default=list)
    left_out = models.JSONField(default=dict)
    submission = models.UUIDField(unique=True, editable=False)
    logged_at = models.DateTimeField(null=True)
    activities = ArrayField(models.BigIntegerField(), default=list)
    undone_at = models.DateTimeField(null=True)

    objects: ClassVar = CalendarUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        indexes = [models.Index(fields=["person", "-uploaded_at"], name="calendar_newest")]
        constraints = [
            check(
                "calendar_undone_after_logged",
                models.Q(undone_at__isnull=True) | models.Q(logged_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("pipeline:calendar", args=[self.pk])
