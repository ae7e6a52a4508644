"""The API of pipelines, stages, loss reasons and competitors."""

from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from kit.api.fields import Choice, Flag, Row
from kit.api.operations import operation, page_body
from kit.api.pages import Ordering, PageQuery, page_of
from org.models.people import Person
from org.rest import ApiRequest
from pipeline.enums import Category, LossKind, Status
from pipeline.stages.models import Competitor, LossReason, Pipeline, Stage


def stages_seen(viewer: Person) -> QuerySet:
    return Stage.objects.visible_to(viewer)


def competitors_seen(viewer: Person) -> QuerySet:
    return Competitor.objects.visible_to(viewer).live()


def pipelines_seen(viewer: Person) -> QuerySet:
    return Pipeline.objects.visible_to(viewer)


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
