"""Calendars that people loaded, to log their meetings from."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from org.models.people import Person
from pipeline.querysets import CalendarUploadQuerySet


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
            models.CheckConstraint(
                name="calendar_undone_after_logged",
                condition=models.Q(undone_at__isnull=True) | models.Q(logged_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        return reverse("pipeline:calendar", args=[self.pk])
