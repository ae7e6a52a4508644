"""The people on a deal: contacts of the customer, and collaborators."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from kit.fields import choices, one_of
from org.models.people import Person
from pipeline.customers.models import Contact
from pipeline.deals.models.deals import Deal
from pipeline.deals.querysets import DealCollaboratorQuerySet, DealContactQuerySet
from pipeline.enums import BUYING_ROLE_LABELS, HELPING_ROLE_LABELS, BuyingRole, HelpingRole

ALL_ROLES = [str(role) for role in BuyingRole]


class DealContact(models.Model):
    """A contact plays a role in a deal from ``added_at`` up to, and not including, ``ended_at``.

    One contact may play several roles. Rows are ended, not deleted, and another role is another
    row, so that who was known at a past moment can be read. The database refuses to change the
    deal, the role and the start of a row (pipeline/deals/sql/dealcontact_guard.sql).
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


class DealCollaborator(models.Model):
    """A colleague helps with a deal from ``added_at`` up to, and not including, ``ended_at``.

    They see the deal and log what they do for it, and change nothing of it. Ended, not deleted.
    """

    deal = models.ForeignKey(Deal, on_delete=models.CASCADE, related_name="collaborators")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=choices(HelpingRole, HELPING_ROLE_LABELS))
    added_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    added_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")

    objects: ClassVar = DealCollaboratorQuerySet.as_manager()

    class Meta:
        ordering = ["deal", "person__full_name", "pk"]
        constraints = [
            one_of("deal_collaborator_role", "role", HelpingRole),
            models.UniqueConstraint(
                fields=["deal", "person"],
                name="deal_collaborator_once",
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="deal_collaborator_lasts",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("added_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}"
