"""What opens the API: tokens of people, and the answers that are kept for a repeated request."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now

from kit.fields import check, choices, one_of
from org.enums import SCOPE_LABELS, TokenScope
from org.models.people import Person
from org.querysets import ApiTokenQuerySet, KeptReplyQuerySet


class ApiToken(models.Model):
    """A named secret with which a program acts as a person; only its digest is kept."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=100)
    scope = models.CharField(max_length=10, choices=choices(TokenScope, SCOPE_LABELS))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                F("person"),
                Lower("name"),
                name="token_name_once_a_person",
                condition=Q(revoked_at__isnull=True),
            ),
            one_of("token_scope", "scope", TokenScope),
            check("token_named", ~Q(name="")),
            check("token_lasts", Q(expires_at__gt=F("created_at"))),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def may_write(self) -> bool:
        return self.scope == TokenScope.WRITE


class KeptReply(models.Model):
    """The answer to a request that carried an Idempotency-Key, written with what it did."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField()
    created_at = models.DateTimeField(db_default=Now())

    objects: ClassVar = KeptReplyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "kept replies"
        indexes = [models.Index(fields=["created_at"], name="kept_reply_age")]
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="kept_reply_once"),
            check("kept_reply_keyed", ~Q(key="")),
        ]

    def __str__(self) -> str:
        return self.key
