"""The API of how deals end: the reasons of a loss and the competitors that deals name."""

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import Choice, Flag
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.rest import ApiRequest
from pipeline.models.outcomes import Competitor, LossReason
from pipeline.outcome_enums import LossKind

REASON_ORDERING = Ordering({"order": "order", "name": "name"}, default="order")
NAME_ORDERING = Ordering({"name": "name"}, default="name")


class LossReasonQuery(PageQuery):
    archived = Flag(required=False, help_text="Reasons out of use instead of those in use.")
    ordering = REASON_ORDERING.field()


class CompetitorQuery(PageQuery):
    archived = Flag(required=False, help_text="Competitors out of use instead of the others.")
    ordering = NAME_ORDERING.field()


class LossReasonBody(serializers.Serializer):
    code = serializers.CharField(help_text="What a deal's lost_reason holds.")
    name = serializers.CharField()
    kind = Choice(choices=list(LossKind))
    order = serializers.IntegerField()


class CompetitorBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()


class LossReasons(APIView):
    @operation(
        name="loss_reasons_list", summary="List the reasons for which deals are lost",
        query=LossReasonQuery, gives=page_body("LossReasonPage", LossReasonBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = LossReasonQuery.read(request)
        archived = query.get("archived", False)
        rows = LossReason.objects.visible_to(request.user)
        rows = rows.filter(archived_at__isnull=not archived)
        page = page_of(rows, request, query, ordering=REASON_ORDERING)
        return Response(page.body(LossReasonBody(page.rows, many=True).data))


class Competitors(APIView):
    @operation(
        name="competitors_list", summary="List who sells against us",
        query=CompetitorQuery, gives=page_body("CompetitorPage", CompetitorBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = CompetitorQuery.read(request)
        archived = query.get("archived", False)
        rows = Competitor.objects.visible_to(request.user)
        rows = rows.filter(archived_at__isnull=not archived)
        page = page_of(rows, request, query, ordering=NAME_ORDERING)
        return Response(page.body(CompetitorBody(page.rows, many=True).data))
