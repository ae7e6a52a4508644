"""The API of the credit for a deal: every split, the one in force first, and setting another."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import (
    ExactDecimal,
    MomentTextField,
    RowField,
    StrictSerializer,
    TextField,
    WholeNumber,
    WordField,
)
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_response
from org.api_requests import ApiRequest, answer_once, require
from pipeline import rules
from pipeline.credit.models import CreditSplit
from pipeline.credit.services.credits import Share, split_credit
from pipeline.deals.api.seen import deal_seen, people_seen
from pipeline.enums import CreditKind

ORDERING = Ordering({"id": "pk", "set_at": "set_at"}, default="-set_at")


class CreditQuery(PageQuery):
    ordering = ORDERING.field()


class ShareBody(StrictSerializer):
    """The percent of the deal that counts for a person."""

    person = RowField(rows=people_seen)
    kind = WordField(choices=list(CreditKind))
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
            raise serializers.ValidationError("Part the credit among twenty at most.")
        return [Share(**share) for share in shares]


class SharedBody(serializers.Serializer):
    person = serializers.IntegerField(source="person_id")
    kind = WordField(choices=list(CreditKind))
    percent = ExactDecimal(max_digits=5, decimal_places=2)


class SplitBody(serializers.Serializer):
    """How the credit was split from ``set_at`` on, until the next one was set."""

    id = serializers.IntegerField(source="pk")
    deal = serializers.IntegerField(source="deal_id")
    set_at = MomentTextField()
    set_by = serializers.IntegerField(source="set_by_id", allow_null=True)
    reason = serializers.CharField()
    shares = SharedBody(many=True)


class DealCredit(APIView):
    @operation(
        name="credit_list", summary="List how the credit for a deal was parted, the newest first",
        query=CreditQuery, gives=page_body("CreditPage", SplitBody), faults=[404],
    )  # fmt: skip
    def get(self, request: ApiRequest, pk: int) -> Response:
        query = CreditQuery.read(request)
        splits = CreditSplit.objects.visible_to(request.user).filter(deal=deal_seen(request, pk))
        return page_response(
            splits.prefetch_related("shares"), request, query, ordering=ORDERING, body=SplitBody
        )

    @operation(
        name="credit_split", summary="Part the credit for a deal from now on",
        takes=NewSplit, gives=SplitBody, status=201, faults=[404], once=True,
    )  # fmt: skip
    def post(self, request: ApiRequest, pk: int) -> Response:
        deal = deal_seen(request, pk)
        require(rules.can_split_credit(request.user, deal))
        given = NewSplit.read(request)

        def split() -> Response:
            row = split_credit(deal, by=request.user, at=timezone.now(), **given)
            return Response(SplitBody(row).data, status=201)

        return answer_once(request, split)
