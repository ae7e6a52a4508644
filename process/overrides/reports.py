"""Moves past stages with exit criteria, overridden or not."""

from datetime import timedelta

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce, TruncDate

from analytics.context.reports import ReportView
from kit.tables import paginate
from org.enums import SubjectKind
from org.models.teams import TeamMembership
from pipeline.deals.models import DealVersion
from pipeline.discipline.models import StageOverride
from pipeline.discipline.reports import Overrides, counted_overrides
from pipeline.enums import Status
from pipeline.stages.models import Stage

# What one deed left in two tables lies this close together.
TOGETHER = timedelta(seconds=5)

# The versions by which deals passed exits in a span: what services.exits asks of a move, taken from
# the history. An override is one, whatever the set-up of then says.
PASSING = """
WITH asked AS (
    SELECT criterion.stage_id, version.valid_from, version.valid_to
      FROM pipeline_criterionversion version
      JOIN pipeline_exitcriterion criterion ON criterion.id = version.criterion_id
    UNION ALL
    SELECT stage_id, valid_from, valid_to FROM pipeline_requiredfield
)
SELECT moved.id
  FROM pipeline_dealversion moved
  JOIN pipeline_stage gone_to ON gone_to.id = moved.stage_id
  LEFT JOIN pipeline_dealversion was
         ON was.deal_id = moved.deal_id AND was.valid_to = moved.valid_from
  LEFT JOIN pipeline_stage come ON come.id = was.stage_id
 WHERE moved.valid_from >= %s AND moved.valid_from < %s AND moved.source IN ('page', 'api')
   AND was.stage_id IS DISTINCT FROM moved.stage_id
   AND ((moved.status <> 'lost' AND coalesce(was.status, 'open') = 'open'
         AND (moved.status = 'won' OR come.id IS NULL
              OR (come.pipeline_id = gone_to.pipeline_id AND come."order" < gone_to."order"))
         AND EXISTS (
            SELECT 1 FROM asked JOIN pipeline_stage passed ON passed.id = asked.stage_id
             WHERE asked.valid_from <= moved.valid_from
               AND (asked.valid_to IS NULL OR asked.valid_to > moved.valid_from)
               AND passed.kind = 'open' AND passed.pipeline_id = gone_to.pipeline_id
               AND (passed.id = come.id
                    OR ((passed.archived_at IS NULL OR passed.archived_at > moved.valid_from)
                        AND (come.pipeline_id IS DISTINCT FROM gone_to.pipeline_id
                             OR passed."order" >= come."order")
                        AND (moved.status = 'won' OR passed."order" < gone_to."order")))))
        OR EXISTS (
            SELECT 1 FROM pipeline_stageoverride override
             WHERE override.deal_id = moved.deal_id AND override.to_stage_id = moved.stage_id
               AND override.overridden_at BETWEEN moved.valid_from - interval '5 seconds'
                                              AND moved.valid_from + interval '5 seconds'))
"""


def moves_past_exits(report_view: ReportView) -> QuerySet:
    """Return the versions by which deals of the scope were moved past exits in the period.

    ``left`` is the stage that each stood in, of a new deal the first one passed; ``because`` is
    the reason of its override, None without one.
    """
    period = report_view.period.period
    span = [report_view.calendar.start_of(period.start), report_view.calendar.start_of(period.end)]
    rows = DealVersion.objects.visible_to(report_view.viewer)
    rows = rows.filter(pk__in=RawSQL(PASSING, span))  # noqa: S611 -- no input but two moments
    own = StageOverride.objects.filter(
        deal=OuterRef("deal"),
        to_stage=OuterRef("stage"),
        overridden_at__gte=OuterRef("valid_from") - TOGETHER,
        overridden_at__lte=OuterRef("valid_from") + TOGETHER,
    )
    before = DealVersion.objects.filter(deal=OuterRef("deal"), valid_to=OuterRef("valid_from"))
    firsts = Stage.objects.filter(
        pipeline=OuterRef("stage__pipeline"), kind=Status.OPEN, archived_at=None
    ).order_by("order", "pk")
    rows = rows.annotate(
        left=Coalesce(
            Subquery(own.values("from_stage")[:1]),
            Subquery(before.values("stage")[:1]),
            Subquery(firsts.values("pk")[:1]),
            output_field=BigIntegerField(),
        ),
        because=Subquery(own.values("reason")[:1]),
    )
    rows = rows.annotate(left_name=Stage.objects.filter(pk=OuterRef("left")).values("name")[:1])
    return in_scope(report_view, rows, "valid_from")


def in_scope(report_view: ReportView, rows: QuerySet, moment: str) -> QuerySet:
    """Return the rows whose ``owner`` was in the look's scope on the day of their ``moment``."""
    scope, period = report_view.scope, report_view.period.period
    if scope.people is not None:
        return rows.filter(owner__in=scope.people)
    if scope.subject.kind is SubjectKind.EVERYONE:
        return rows
    memberships = TeamMembership.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("day")),
        person=OuterRef("owner"),
        team__in=scope.inside(period.last_day) | scope.inside(period.start),
        valid_from__lte=OuterRef("day"),
    )
    return rows.annotate(day=TruncDate(moment, tzinfo=report_view.calendar.zone)).filter(
        Exists(memberships)
    )


def overrides_of(
    report_view: ReportView, *, stage: int | None, number: int, list_moves: bool = False
) -> Overrides:
    """Return the overrides, and moves, of deals whose owners of the time were in the scope."""
    period = report_view.period.period
    rows: QuerySet = StageOverride.objects.visible_to(report_view.viewer).filter(
        overridden_at__gte=report_view.calendar.start_of(period.start),
        overridden_at__lt=report_view.calendar.start_of(period.end),
    )
    rows = in_scope(report_view, rows, "overridden_at")
    moves = moves_past_exits(report_view)
    if stage is not None:
        rows, moves = rows.filter(from_stage=stage), moves.filter(left=stage)
    people = counted_overrides(rows, moves, "owner", "owner")
    listed = moves.select_related("deal", "owner", "stage").order_by("-valid_from", "-pk")
    if not list_moves:
        listed = rows.select_related("deal", "from_stage", "to_stage", "owner", "overridden_by")
    return Overrides(
        total=sum(part.overrides for part in people),
        people=people,
        stages=counted_overrides(rows, moves, "from_stage", "left"),
        page=paginate(listed, number=number),
    )
