"""Who plays a part in a deal on the customer's side."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kit.fields import choices, one_of
from org.models.people import Person
from pipeline.enums import BUYING_ROLE_LABELS, BuyingRole
from pipeline.models.accounts import Contact
from pipeline.models.deals import Deal
from pipeline.querysets import DealContactQuerySet


class DealContact(models.Model):
    """A contact plays a role in a deal from ``added_at`` up to, and not including, ``ended_at``.

    One contact may play several roles. Rows are ended, not deleted, and another role is another
    row, so that who was known at a past moment can be read. The database refuses to change the
    deal, the role and the start of a row (migration 0053).
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="contact_roles")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="deal_roles")
    role = models.CharField(max_length=20, choices=choices(BuyingRole, BUYING_ROLE_LABELS))
    added_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = DealContactQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "contact__full_name", "pk"]
        constraints = [
            one_of("deal_contact_role", "role", BuyingRole),
            models.UniqueConstraint(
                fields=["deal", "contact", "role"],
                name="deal_contact_in_a_role_once",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="deal_contact_lasts",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("added_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_role_display()}"
