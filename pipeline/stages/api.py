"""The API of pipelines, stages, loss reasons and competitors."""

from django.db.models import Q

from kit.api.fields import RowField
from kit.api.rows import body_of
from pipeline.api import Resource
from pipeline.stages.models import Competitor, LossReason, Pipeline, Stage

LOSS_REASONS = Resource(
    name="loss_reasons",
    label="a loss reason",
    summary="List the reasons for which deals are lost",
    model=LossReason,
    body=body_of(
        LossReason, ("code", "name", "kind", "order"), code="What a deal's lost_reason holds."
    ),
    ordering=("order", "name"),
    archived="Reasons out of use instead of those in use.",
)

COMPETITORS = Resource(
    name="competitors",
    label="a competitor",
    summary="List who sells against us",
    model=Competitor,
    body=body_of(Competitor, ("id", "name")),
    ordering=("name",),
    archived="Competitors out of use instead of the others.",
)

STAGES = Resource(
    name="stages",
    label="a stage",
    summary="List the stages of the sales process",
    model=Stage,
    in_use=Q(archived_at__isnull=True, pipeline__archived_at__isnull=True),
    body=body_of(
        Stage,
        (
            "id", "pipeline", "name", "kind", "order", "probability", "default_category",
            "expected_days",
        ),
        order="Compares stages of one pipeline only.",
        probability="Percent of deals here that end as won.",
    ),
    ordering=("order", "name"),
    archived="Archived stages instead of those in use.",
    narrow={"pipeline": ("pipeline", RowField(rows=Pipeline.objects.visible_to, required=False))},
)  # fmt: skip

PIPELINES = Resource(
    name="pipelines",
    label="a pipeline",
    summary="List the pipelines",
    model=Pipeline,
    body=body_of(
        Pipeline,
        ("id", "name", "order", "is_default"),
        is_default="What is meant where none is named.",
    ),
    ordering=("order", "name"),
    archived="Archived pipelines instead of those in use.",
)
