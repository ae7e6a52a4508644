"""Merges of duplicates, and pairs that are no duplicates."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from kit.fields import check, once
from org.models.people import Person
from pipeline.customers.models import Account, Contact
from pipeline.querysets import SharedQuerySet


class MergeQuerySet(SharedQuerySet):
    def standing(self) -> Self:
        """Return those that were not taken back."""
        return self.filter(undone_at__isnull=True)


def _one_pair(first: str, second: str) -> Q:
    """Return that either two accounts or two contacts are named, and two different ones."""

    def these_only(kind: str, other: str) -> Q:
        there = {f"{side}_{kind}__isnull": False for side in (first, second)}
        lacking = {f"{side}_{other}__isnull": True for side in (first, second)}
        return Q(**there) & Q(**lacking) & ~Q(**{f"{first}_{kind}": F(f"{second}_{kind}")})

    return these_only("account", "contact") | these_only("contact", "account")


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
            check("merge_one_pair", _one_pair("kept", "gone")),
            once(
                "merge_account_goes_once",
                "gone_account",
                where=Q(undone_at__isnull=True, gone_account__isnull=False),
            ),
            once(
                "merge_contact_goes_once",
                "gone_contact",
                where=Q(undone_at__isnull=True, gone_contact__isnull=False),
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

    objects: ClassVar = SharedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "apart"
        constraints = [
            check("apart_one_pair", _one_pair("one", "other")),
            once("apart_accounts_once", "one_account", "other_account"),
            once("apart_contacts_once", "one_contact", "other_contact"),
        ]

    def __str__(self) -> str:
        one = self.one_account or self.one_contact
        return f"{one} is not {self.other_account or self.other_contact}"
