"""The win rate of the deals that came as far as the qualified stage."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from analytics.attainment.metrics.outcomes import Outcomes
from analytics.context.reports.report_view import ReportView
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status
from pipeline.stages.reports import QUALIFIED, QualifiedFrom, qualified_from


@dataclass(frozen=True, slots=True, kw_only=True)
class QualifiedWinRate:
    """Closed deals that were qualified, by number alone, and from which stages that counts."""

    deals: DealSelection
    outcomes: Outcomes
    stages: Sequence[QualifiedFrom]

    @property
    def words(self) -> str:
        """The stages in words, and which of them nobody set."""
        several = len(self.stages) > 1
        return ", ".join(
            stage.name
            + (f" in {stage.pipeline_name}" if several else "")
            + ("" if stage.is_set else " (by default)")
            for stage in self.stages
        )


def qualified(report_view: ReportView) -> QualifiedWinRate:
    """Return the closed deals of a look that came as far as the qualified stage, by how they ended.

    Name: Win rate from the qualified stage
    Formula: won / (won + lost), of the deals that stood in the qualified stage of their pipeline
        or a later open one, or were won
    Unit: a share
    Denominator: deals closed in the period that were qualified
    Placed by: the day of the closing
    Credited to: the owner at the closing
    Left out: deals lost before they were qualified; archived deals
    Undefined: when no such deal closed; withheld of fewer than 10
    Source: own; which stage is the qualified one is set for each pipeline, by default its second
        open stage, and is as it is set today
    """
    deals = report_view.closed.but(reached=QUALIFIED)
    found = dict(
        report_view.versions(deals).order_by().values_list("status").annotate(rows=Count("deal"))
    )
    return QualifiedWinRate(
        deals=deals,
        outcomes=Outcomes(won=found.get(Status.WON, 0), lost=found.get(Status.LOST, 0)),
        stages=qualified_from(report_view.pipeline),
    )
