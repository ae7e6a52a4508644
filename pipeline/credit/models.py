"""Who gets credit for a deal, where it is not its owner alone."""

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from kit.fields import check, choices, once, one_of
from org.models.people import Person
from pipeline.deals.models import Deal
from pipeline.enums import CreditKind
from pipeline.querysets import seen_by


class CreditSplitQuerySet(models.QuerySet):
    """How the credit of deals is split."""

    def visible_to(self, viewer: Person) -> Self:
        """Anybody who may see the deal sees who gets credit for it."""
        return self.filter(seen_by(viewer, owner="deal__owner", deal="deal"))

    def known_at(self, moment: datetime) -> Self:
        """Those set by ``moment``, the newest of a deal first."""
        return self.filter(set_at__lte=moment).order_by("-set_at", "-pk")


class CreditSplit(models.Model):
    """How the credit for a deal is split from ``set_at`` on, until another one is set.

    Only added. The revenue shares make 100 %, or there are none: then the credit is the owner's
    at the closing. Overlay shares stand apart and need not add up. The database sees to that, and
    lets shares be added by the transaction that adds their split alone (pipeline/credit/sql).
    """

    deal = models.ForeignKey(
        Deal, on_delete=models.CASCADE, related_name="credit_splits", db_index=False
    )
    set_at = models.DateTimeField(db_default=Now())
    set_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000)
    transaction = models.BigIntegerField(editable=False, db_default=0)

    objects: ClassVar = CreditSplitQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "-set_at", "-pk"]
        constraints = [
            once("credit_split_set_once", "deal", "set_at"),
            check("credit_split_has_reason", ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"Credit for {self.deal} from {self.set_at}"


class CreditShare(models.Model):
    """The percent of a deal's amount that counts for a person by a split."""

    split = models.ForeignKey(
        CreditSplit, on_delete=models.CASCADE, related_name="shares", db_index=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=choices(CreditKind))
    percent = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        ordering = ["split", "-kind", "-percent", "person__full_name"]
        constraints = [
            one_of("credit_share_kind", "kind", CreditKind),
            once("credit_share_once_a_person", "split", "kind", "person"),
            check("credit_share_percent", Q(percent__gt=0, percent__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.percent} % {self.kind}"
