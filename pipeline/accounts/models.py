"""Merges of duplicates, and pairs that are no duplicates."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from org.models.people import Person
from pipeline.accounts.querysets import ApartQuerySet, MergeQuerySet
from pipeline.customers.models import Account, Contact


def _one_pair(first: str, second: str) -> Q:
    """Return that either two accounts or two contacts are named, and two different ones."""
    accounts, contacts = (
        (f"{first}_account", f"{second}_account"),
        (
            f"{first}_contact",
            f"{second}_contact",
        ),
    )

    def named(names: tuple[str, str], *, there: bool) -> Q:
        return Q(**{f"{name}__isnull": not there for name in names})

    return (
        named(accounts, there=True)
        & named(contacts, there=False)
        & ~Q(**{accounts[0]: F(accounts[1])})
    ) | (
        named(contacts, there=True)
        & named(accounts, there=False)
        & ~Q(**{contacts[0]: F(contacts[1])})
    )


class Merge(models.Model):
    """What of one account or contact went to another, so that it can be taken back.

    ``moved`` holds the ids of the rows that changed hands, by what they are, and ``fields`` what
    was taken over: {name: [before, after]}. ``left`` says in words what could not go back.
    """

    kept_account = models.ForeignKey(
        Account, null=True, on_delete=models.PROTECT, related_name="merges"
    )
    gone_account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    kept_contact = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="merges"
    )
    gone_contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    left = models.JSONField(default=list)
    merged_at = models.DateTimeField()
    merged_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = MergeQuerySet.as_manager()

    class Meta:
        ordering = ["-merged_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="merge_one_pair", condition=_one_pair("kept", "gone")),
            models.UniqueConstraint(
                fields=["gone_account"],
                name="merge_account_goes_once",
                condition=Q(undone_at__isnull=True, gone_account__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["gone_contact"],
                name="merge_contact_goes_once",
                condition=Q(undone_at__isnull=True, gone_contact__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone} into {self.kept}"

    @property
    def kept(self) -> Account | Contact:
        """The row that stays."""
        return self.kept_account or self.kept_contact  # type: ignore[return-value]

    @property
    def gone(self) -> Account | Contact:
        """The row that went into the other."""
        return self.gone_account or self.gone_contact  # type: ignore[return-value]


class Apart(models.Model):
    """Two accounts or contacts that look alike and are not the same, the lower id first."""

    one_account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    other_account = models.ForeignKey(
        Account, null=True, on_delete=models.CASCADE, related_name="+"
    )
    one_contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="+")
    other_contact = models.ForeignKey(
        Contact, null=True, on_delete=models.CASCADE, related_name="+"
    )
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = ApartQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "apart"
        constraints = [
            models.CheckConstraint(name="apart_one_pair", condition=_one_pair("one", "other")),
            models.UniqueConstraint(
                fields=["one_account", "other_account"], name="apart_accounts_once"
            ),
            models.UniqueConstraint(
                fields=["one_contact", "other_contact"], name="apart_contacts_once"
            ),
        ]

    def __str__(self) -> str:
        one = self.one_account or self.one_contact
        return f"{one} is not {self.other_account or self.other_contact}"
