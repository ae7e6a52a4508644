"""How deals pass through the stages: conversion, skips, back-moves, and the time they take."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from analytics.context.reports import ReportView, one_state
from analytics.metrics.metrics.conversion import (
    StageFlow,
    StageStep,
    Stays,
    Way,
    skipped_by,
    skips,
    stage_flows,
    way_of,
)
from analytics.metrics.reports.closings import scope_rows
from pipeline.deals.metrics import SECONDS_A_DAY
from pipeline.deals.models import DealVersion
from pipeline.deals.reports.selection import DealSelection
from pipeline.stages.models import Stage

# The stays of the scope's deals that began or ended in the period: from one change of stage to the
# next. A deal is looked at if anything of it changed in the period; only then can a stay begin or
# end there.
STAYS = """
WITH active AS MATERIALIZED (
    SELECT DISTINCT deal_id FROM pipeline_dealversion
     WHERE valid_from >= %(start)s AND valid_from < %(end)s AND valid_from <= %(moment)s
), counted AS MATERIALIZED (
    SELECT found.deal_id FROM ({deals}) found JOIN active USING (deal_id)
), versions AS (
    SELECT deal_id, stage_id, status, valid_from,
           lag(stage_id) OVER (PARTITION BY deal_id ORDER BY valid_from) AS came_from
      FROM pipeline_dealversion JOIN counted USING (deal_id)
     WHERE valid_from <= %(moment)s
), stays AS (
    SELECT deal_id, stage_id, status, came_from, valid_from AS entered,
           lead(valid_from) OVER path AS left_at, lead(stage_id) OVER path AS went_to
      FROM versions WHERE came_from IS DISTINCT FROM stage_id
    WINDOW path AS (PARTITION BY deal_id ORDER BY valid_from)
), numbered AS (
    SELECT *, entered >= %(start)s AND entered < %(end)s AS began,
           coalesce(left_at >= %(start)s AND left_at < %(end)s, false) AS ended,
           row_number() OVER (
               PARTITION BY deal_id, stage_id, entered >= %(start)s AND entered < %(end)s
               ORDER BY entered) AS nth
      FROM stays WHERE status = 'open'
)
"""
COUNTED = """
SELECT stage_id, came_from, went_to, began AND nth = 1, ended,
       CASE WHEN ended THEN floor(extract(epoch FROM left_at - entered) / 86400)::int ELSE 0 END,
       CASE WHEN began AND nth = 1
             AND (came_from IS NULL AND stage_id = ANY(%(late)s::bigint[])
                  OR stage_id || '>' || went_to = ANY(%(leaps)s::text[])) THEN deal_id END,
       count(*)
  FROM numbered WHERE began OR ended
 GROUP BY 1, 2, 3, 4, 5, 6, 7
"""
LISTED = """
SELECT went_to, deal_id FROM numbered WHERE stage_id = %(stage)s AND began AND nth = 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesReport:
    """The flow through the stages of a report view; ``pipelines`` are their names, in order."""

    report_view: ReportView
    flows: Sequence[StageFlow]
    pipelines: Mapping[int, str]

    @property
    def by_pipeline(self) -> list[tuple[str, list[StageFlow]]]:
        """The flows of each pipeline with its name; orders are not compared between two."""
        return [
            (name, [flow for flow in self.flows if flow.step.pipeline == pk])
            for pk, name in self.pipelines.items()
        ]


@one_state()
def stages_report(report_view: ReportView) -> StagesReport:
    """Return the flow through each open stage, in three statements."""
    stages = list(Stage.objects.select_related("pipeline"))
    steps, pipelines = _steps(stages), {each.pipeline_id: each.pipeline.name for each in stages}
    if report_view.pipeline is not None:
        pipelines = {pk: name for pk, name in pipelines.items() if pk == report_view.pipeline}
    elif len(pipelines) == 1:
        pipelines = dict.fromkeys(pipelines, "All stages")
    return StagesReport(
        report_view=report_view,
        flows=stage_flows(steps, _stays(report_view, steps), ages=_ages(report_view)),
        pipelines=pipelines,
    )


def steps_of() -> list[StageStep]:
    """Return all stages, archived ones too: deals went through them."""
    return _steps(Stage.objects.all())


def _steps(stages: Iterable[Stage]) -> list[StageStep]:
    return [
        StageStep(pk=s.pk, name=s.name, pipeline=s.pipeline_id, order=s.order, kind=s.kind)
        for s in stages
    ]


def deals_of_stage(
    report_view: ReportView, steps: Sequence[StageStep], stage: int, way: str
) -> set[int]:
    """Return the deals behind a number: those of a way, "entered", "left" or "skipped"."""
    known = {step.pk: step for step in steps}
    if way == "skipped":
        return skipped_by(steps, _stays(report_view, steps)).get(stage, set())
    found: set[int] = set()
    for went_to, deal in _read(report_view, LISTED, stage=stage):
        went = way_of(known[stage], None if went_to is None else known[went_to])
        if way in ("entered", went) or (way == "left" and went is not Way.STILL):
            found.add(deal)
    return found


def _stays(report_view: ReportView, steps: Sequence[StageStep]) -> list[Stays]:
    given = {
        "late": [step.pk for step in steps if skips(steps, came_from=None, stage=step)],
        "leaps": [
            f"{stage.pk}>{to.pk}"
            for stage in steps
            for to in steps
            if skips(steps, came_from=stage, stage=stage, went_to=to)
        ],
    }
    return [Stays(*row) for row in _read(report_view, COUNTED, **given)]


def _read(report_view: ReportView, wanted: str, **given: Any) -> Iterable[tuple[Any, ...]]:
    rows = report_view.versions(report_view.deals(DealSelection()))
    return scope_rows(report_view, rows, STAYS + wanted, **given)


def _ages(report_view: ReportView) -> dict[int, Counter[int]]:
    """Return how many days the open deals of each stage stand there, as tables."""
    other = DealVersion.objects.filter(
        ~Q(stage=OuterRef("stage")), deal=OuterRef("deal"), valid_to__lte=OuterRef("valid_from")
    )
    since = other.order_by().values("deal").annotate(last=Max("valid_to")).values("last")
    rows = report_view.versions(report_view.open).annotate(
        since=Coalesce(Subquery(since), F("deal__created_at"))
    )
    found: dict[int, Counter[int]] = {}
    for stage, entered in rows.values_list("stage", "since"):
        days = int((report_view.moment - entered).total_seconds() // SECONDS_A_DAY)
        found.setdefault(stage, Counter())[days] += 1
    return found
