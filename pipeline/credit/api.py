"""The API of the credit for a deal, and of the colleagues who help with it."""

from typing import Any

from rest_framework import serializers

from kit.api.fields import ExactDecimal, StrictSerializer, TextField, WholeNumber
from kit.api.pages import Ordering
from kit.api.rows import RowBody, RowInput
from pipeline import rules
from pipeline.credit.models import CreditShare, CreditSplit
from pipeline.credit.services import Share, add_collaborator, remove_collaborator, split_credit
from pipeline.deals.api import PEOPLE_ORDERING, DealContactQuery, DealParts
from pipeline.deals.models import DealCollaborator


class NewCollaborator(RowInput):
    """A colleague who may see the deal from now on and log what they do for it."""

    MODEL, FIELDS = DealCollaborator, ("person", "role")
    REQUIRED = FIELDS


class CollaboratorBody(RowBody):
    """A colleague who helps from ``added_at`` up to ``ended_at``; null: still."""

    MODEL, FIELDS = DealCollaborator, ("id", "deal", "person", "role", "added_at", "ended_at")


COLLABORATORS = DealParts(
    name="collaborators",
    page="CollaboratorPage",
    rows=lambda viewer: DealCollaborator.objects.visible_to(viewer).select_related("deal__owner"),
    body=CollaboratorBody,
    query=DealContactQuery,
    ordering=PEOPLE_ORDERING,
)
DealCollaborators = COLLABORATORS.listed(
    "List the colleagues who help with a deal",
    add=("add", "Let a colleague help with a deal", NewCollaborator, add_collaborator),
)
CollaboratorRemoval = COLLABORATORS.change(
    "remove", "End a colleague's help with a deal", remove_collaborator
)


class ShareBody(RowInput):
    """The percent of the deal that counts for a person."""

    MODEL, FIELDS = CreditShare, ("person", "kind", "percent")
    REQUIRED = FIELDS

    percent = ExactDecimal(max_digits=5, decimal_places=2)


class NewSplit(StrictSerializer):
    """Revenue shares make exactly 100, or there are none: then the owner has all of it."""

    shares = ShareBody(many=True, help_text="Twenty at most.")
    reason = TextField(max_length=1000)
    seen = WholeNumber(
        allow_null=True,
        max_value=2**63 - 1,
        help_text="The split in force as you know it, or null.",
    )

    def validate_shares(self, shares: list[dict[str, Any]]) -> list[Share]:
        if len(shares) > 20:
            raise serializers.ValidationError("Split the credit among twenty people at most.")
        return [Share(**share) for share in shares]


class SharedBody(RowBody):
    MODEL, FIELDS = CreditShare, ShareBody.FIELDS


class SplitBody(RowBody):
    """How the credit was split from ``set_at`` on, until the next one was set."""

    MODEL, FIELDS = CreditSplit, ("id", "deal", "set_at", "set_by", "reason")

    shares = SharedBody(many=True)


DealCredit = DealParts(
    name="credit",
    page="CreditPage",
    rows=lambda viewer: CreditSplit.objects.visible_to(viewer).prefetch_related("shares"),
    body=SplitBody,
    ordering=Ordering({"id": "pk", "set_at": "set_at"}, default="-set_at"),
    may_add=rules.can_split_credit,
).listed(
    "List the credit splits of a deal, the newest first",
    add=("split", "Split the credit for a deal from now on", NewSplit, split_credit),
)
