"""The API of the sales process: the stages that deals name."""

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import Choice, Flag
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.rest import ApiRequest
from pipeline.enums import Category, Status
from pipeline.models.deals import Stage

ORDERING = Ordering({"order": "order", "name": "name"}, default="order")


class StageQuery(PageQuery):
    archived = Flag(required=False, help_text="Archived stages instead of those in use.")
    ordering = ORDERING.field()


class StageBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    kind = Choice(choices=list(Status))
    order = serializers.IntegerField()
    probability = serializers.IntegerField(help_text="Percent of deals here that end as won.")
    default_category = Choice(choices=list(Category))
    expected_days = serializers.IntegerField(allow_null=True)


class Stages(APIView):
    @operation(
        name="stages_list", summary="List the stages of the sales process",
        query=StageQuery, gives=page_body("StagePage", StageBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = StageQuery.read(request)
        archived = query.get("archived", False)
        rows = Stage.objects.visible_to(request.user).filter(archived_at__isnull=not archived)
        page = page_of(rows, request, query, ordering=ORDERING)
        return Response(page.body(StageBody(page.rows, many=True).data))
