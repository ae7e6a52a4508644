"""The API of the sales process: the pipelines, and the stages that deals name."""

from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import Choice, Flag, Row
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.rest import ApiRequest
from pipeline.api.deal_bodies import pipelines_seen
from pipeline.enums import Category, Status
from pipeline.models.deals import Stage
from pipeline.models.pipelines import Pipeline

ORDERING = Ordering({"order": "order", "name": "name"}, default="order")


class StageQuery(PageQuery):
    archived = Flag(required=False, help_text="Archived stages instead of those in use.")
    pipeline = Row(rows=pipelines_seen, required=False)
    ordering = ORDERING.field()


class StageBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    pipeline = serializers.IntegerField(source="pipeline_id")
    name = serializers.CharField()
    kind = Choice(choices=list(Status))
    order = serializers.IntegerField(help_text="Compares stages of one pipeline only.")
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
        rows = Stage.objects.visible_to(request.user)
        rows = rows.out_of_use() if query.get("archived") else rows.live()
        if pipeline := query.get("pipeline"):
            rows = rows.filter(pipeline=pipeline)
        page = page_of(rows, request, query, ordering=ORDERING)
        return Response(page.body(StageBody(page.rows, many=True).data))


class PipelineQuery(PageQuery):
    archived = Flag(required=False, help_text="Archived pipelines instead of those in use.")
    ordering = ORDERING.field()


class PipelineBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    order = serializers.IntegerField()
    is_default = serializers.BooleanField(help_text="What is meant where none is named.")


class Pipelines(APIView):
    @operation(
        name="pipelines_list", summary="List the pipelines",
        query=PipelineQuery, gives=page_body("PipelinePage", PipelineBody),
    )  # fmt: skip
    def get(self, request: ApiRequest) -> Response:
        query = PipelineQuery.read(request)
        archived = query.get("archived", False)
        rows = Pipeline.objects.visible_to(request.user).filter(archived_at__isnull=not archived)
        page = page_of(rows, request, query, ordering=ORDERING)
        return Response(page.body(PipelineBody(page.rows, many=True).data))
