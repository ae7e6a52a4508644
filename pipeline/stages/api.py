"""The API of pipelines, stages, loss reasons and competitors."""

from django.db.models import Q, QuerySet
from rest_framework import serializers

from kit.api.fields import FlagField, RowField, WordField
from kit.api.pages import Ordering, PageQuery
from org.models.people import Person
from pipeline.api.resources import Resource
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
    archived = FlagField(required=False, help_text="Reasons out of use instead of those in use.")
    ordering = REASON_ORDERING.field()


class CompetitorQuery(PageQuery):
    archived = FlagField(required=False, help_text="Competitors out of use instead of the others.")
    ordering = NAME_ORDERING.field()


class LossReasonBody(serializers.Serializer):
    code = serializers.CharField(help_text="What a deal's lost_reason holds.")
    name = serializers.CharField()
    kind = WordField(choices=list(LossKind))
    order = serializers.IntegerField()


class CompetitorBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()


ORDERING = Ordering({"order": "order", "name": "name"}, default="order")


class StageQuery(PageQuery):
    archived = FlagField(required=False, help_text="Archived stages instead of those in use.")
    pipeline = RowField(rows=pipelines_seen, required=False)
    ordering = ORDERING.field()


class StageBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    pipeline = serializers.IntegerField(source="pipeline_id")
    name = serializers.CharField()
    kind = WordField(choices=list(Status))
    order = serializers.IntegerField(help_text="Compares stages of one pipeline only.")
    probability = serializers.IntegerField(help_text="Percent of deals here that end as won.")
    default_category = WordField(choices=list(Category))
    expected_days = serializers.IntegerField(allow_null=True)


class PipelineQuery(PageQuery):
    archived = FlagField(required=False, help_text="Archived pipelines instead of those in use.")
    ordering = ORDERING.field()


class PipelineBody(serializers.Serializer):
    id = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    order = serializers.IntegerField()
    is_default = serializers.BooleanField(help_text="What is meant where none is named.")


LOSS_REASONS = Resource(
    name="loss_reasons",
    label="a loss reason",
    summary="List the reasons for which deals are lost",
    rows=LossReason.objects.visible_to,
    query=LossReasonQuery,
    body=LossReasonBody,
    ordering=REASON_ORDERING,
)


COMPETITORS = Resource(
    name="competitors",
    label="a competitor",
    summary="List who sells against us",
    rows=Competitor.objects.visible_to,
    query=CompetitorQuery,
    body=CompetitorBody,
    ordering=NAME_ORDERING,
)


STAGES = Resource(
    name="stages",
    label="a stage",
    summary="List the stages of the sales process",
    rows=stages_seen,
    in_use=Q(archived_at__isnull=True, pipeline__archived_at__isnull=True),
    query=StageQuery,
    body=StageBody,
    ordering=ORDERING,
    lookups={"pipeline": "pipeline"},
)


PIPELINES = Resource(
    name="pipelines",
    label="a pipeline",
    summary="List the pipelines",
    rows=pipelines_seen,
    query=PipelineQuery,
    body=PipelineBody,
    ordering=ORDERING,
)
