"""The audit log: who did what to which row, when and why. Rows can only be added."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from org.models.people import Person
from org.querysets import AuditEntryQuerySet


class AuditEntry(models.Model):
    """One deed; ``changes`` maps a field to its value before and after."""

    at = models.DateTimeField(db_default=Now())
    actor = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    subject_label = models.CharField(max_length=300)
    changes = models.JSONField(default=dict)
    reason = models.CharField(max_length=1000, blank=True)

    objects: ClassVar = AuditEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["subject_type", "subject_id", "-at"], name="audit_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_label}"
