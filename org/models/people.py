"""People, what they may do here, and who reports to whom."""

from collections.abc import Iterable
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.functional import cached_property

from kit.fields import check, choices, lasts, one_a_day, one_of
from org.enums import ROLE_LABELS, Role
from org.metrics import Stay
from org.querysets import PersonQuerySet


class PersonManager(BaseUserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Creates people with and without a log-in."""

    def create_user(
        self, email: str | None, password: str | None = None, **fields: Any
    ) -> "Person":
        person = self.model(email=self.normalize_email(email).lower() or None, **fields)
        person.set_password(password)
        person.save()
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        fields.setdefault("full_name", email)
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "Person":
        return self.get(email__iexact=email)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody of the organisation; with an e-mail address, somebody who can sign in."""

    email = models.EmailField(null=True, blank=True)  # noqa: DJ001 -- unique where known
    full_name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    started_on = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 -- unique where known
    created_at = models.DateTimeField(auto_now_add=True)
    # Deals of others that the person may see; kept by pipeline's triggers alone, so that each
    # request has them with the person.
    lent_deals = ArrayField(models.BigIntegerField(), default=list, editable=False)

    objects: ClassVar[PersonManager] = PersonManager()
    # All seats as a lead, where they were read with the person; None where they were not.
    led_stays: tuple[Stay, ...] | None = None

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        ordering = ["full_name", "pk"]
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(Lower("email"), name="person_email_unique"),
            models.UniqueConstraint("external_id", name="person_external_id_unique"),
            check("person_named", ~Q(full_name="")),
            check(
                "person_leaves_after_start",
                Q(left_on__isnull=True)
                | Q(started_on__isnull=True)
                | Q(left_on__gte=F("started_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    def get_absolute_url(self) -> str:
        return reverse("org:person", args=[self.pk])

    @cached_property
    def role_set(self) -> frozenset[str]:
        """The roles held, read once for each request's person."""
        return frozenset(self.role_grants.values_list("role", flat=True))

    def has_role(self, *roles: Role) -> bool:
        return self.is_active and any(str(role) in self.role_set for role in roles)

    @property
    def is_rep(self) -> bool:
        return self.has_role(Role.REP)

    @property
    def is_manager(self) -> bool:
        return self.has_role(Role.MANAGER)

    @property
    def is_admin(self) -> bool:
        return self.has_role(Role.ADMIN)

    @property
    def is_recruiter(self) -> bool:
        return self.has_role(Role.RECRUITER)

    @property
    def is_executive(self) -> bool:
        return self.has_role(Role.EXECUTIVE)

    @property
    def is_staff(self) -> bool:
        """Django's admin is the operator's back door: for superusers, while they are admins."""
        return self.is_superuser and self.is_admin


class RoleGrant(models.Model):
    """A role that a person holds; one person may hold several."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=20, choices=choices(Role, ROLE_LABELS))

    class Meta:
        ordering = ["person", "role"]
        constraints = [
            models.UniqueConstraint(fields=["person", "role"], name="role_granted_once"),
            one_of("role_known", "role", Role),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.role}"


class ReportingLine(models.Model):
    """A person reports to a manager from a day until, and not including, another."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="reporting_lines")
    manager = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="report_lines")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["person", "valid_from"]
        constraints = [
            one_a_day("reporting_line_one_manager_a_day", "person"),
            check("reporting_line_not_to_self", ~Q(person=F("manager"))),
            lasts("reporting_line_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.person} reports to {self.manager} from {self.valid_from}"


class ReportingClosure(models.Model):
    """Who stands above whom, how far, on which days; everybody above themself at depth 0.

    Somebody who left stays below the manager of their last day, and whoever is above that one.
    Written by the database from ReportingLine (org/sql/rebuild_closure.sql), never by the
    application.
    """

    BEGINNING: ClassVar[date] = date(1900, 1, 1)

    ancestor = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    descendant = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    depth = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["ancestor", "descendant"], name="closure_ancestor"),
            models.Index(fields=["descendant", "valid_from"], name="closure_descendant"),
        ]


def role_names(roles: Iterable[str]) -> str:
    """Return the roles as words, in the order in which the vocabulary lists them."""
    held = set(roles)
    return ", ".join(label for role, label in ROLE_LABELS.items() if role in held)
