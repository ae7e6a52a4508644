"""Accounts, contacts and the territories that accounts belong to."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Lower, Upper
from django.urls import reverse

from kit.fields import check, lasts, one_a_day
from org.models.people import Person
from org.models.territories import Territory
from pipeline.querysets import SharedQuerySet


def name_key(column: str) -> Func:
    """Return what two spellings of one name share; see customers/sql/name_key.sql."""
    return Func(F(column), function="pipeline_name_key", output_field=models.TextField())


def web_domain(column: str) -> Func:
    """Return the domain of a web address, or ""; see customers/sql/web_domain.sql."""
    return Func(F(column), function="pipeline_web_domain", output_field=models.TextField())


class Account(models.Model):
    """A customer, or a company that may become one."""

    name = models.CharField(max_length=200)
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    industry = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    website = models.CharField(max_length=200, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    annual_revenue = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    founded_year = models.PositiveSmallIntegerField(null=True, blank=True)
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 -- unique where known
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        indexes = [
            models.Index(Upper("name"), name="account_name_upper"),
            # Archived ones too: lists of deals are ordered by it.
            models.Index(fields=["name", "id"], name="account_by_name"),
            GinIndex(SearchVector("name", config="simple"), name="account_name_words"),
            models.Index(name_key("name"), name="account_by_key"),
            models.Index(web_domain("website"), name="account_by_domain"),
        ]
        constraints = [
            models.UniqueConstraint("external_id", name="account_external_id_unique"),
            check("account_named", ~Q(name="")),
            check("account_not_its_parent", ~Q(parent=F("id"))),
            check(
                "account_merged_is_archived",
                Q(merged_into__isnull=True)
                | Q(archived_at__isnull=False) & ~Q(merged_into=F("id")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("pipeline:account", args=[self.pk])


class Contact(models.Model):
    """A person at an account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts")
    full_name = models.CharField(max_length=200)
    title = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=60, blank=True)
    external_id = models.CharField(max_length=100, null=True, blank=True)  # noqa: DJ001 -- unique where known
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["full_name", "pk"]
        indexes = [
            models.Index(Lower("email"), name="contact_by_email"),
        ]
        constraints = [
            check(
                "contact_merged_is_archived",
                Q(merged_into__isnull=True)
                | Q(archived_at__isnull=False) & ~Q(merged_into=F("id")),
            ),
            models.UniqueConstraint("external_id", name="contact_external_id_unique"),
            check("contact_named", ~Q(full_name="")),
        ]

    def __str__(self) -> str:
        return self.full_name


class AccountTerritory(models.Model):
    """An account is in one territory from a day until, and not including, another."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="territories")
    territory = models.ForeignKey(Territory, on_delete=models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["account", "valid_from"]
        verbose_name_plural = "account territories"
        indexes = [models.Index(fields=["territory", "account"], name="account_territory_idx")]
        constraints = [
            one_a_day("account_in_one_territory_a_day", "account"),
            lasts("account_territory_lasts"),
        ]

    def __str__(self) -> str:
        return f"{self.account} in {self.territory} from {self.valid_from}"
