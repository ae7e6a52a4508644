"""How the forecasts of a subject have done on periods that are over."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics.runs.models import RecomputeRun
from forecasting.enums import NAIVE, Method
from forecasting.metrics.accuracy import Score, ScoredForecast, scores
from forecasting.models import PastForecast
from forecasting.reports.forecasts import run_for
from forecasting.reports.subjects import SubjectChoice
from org.models.people import Person


@dataclass(frozen=True, slots=True)
class AccuracyPage:
    """Scores by weeks left, and the forecasts behind them: all, or those of ``weeks``."""

    run: RecomputeRun
    scores: list[Score]
    rows: list[PastForecast]
    weeks: int | None

    @property
    def wins(self) -> int:
        """At how many distances the method beats every simple one."""
        return sum(score.beats_naive is True for score in self.scores)

    @property
    def comparable(self) -> int:
        """At how many distances that can be told."""
        return sum(score.beats_naive is not None for score in self.scores)


def accuracy_page(
    viewer: Person, choice: SubjectChoice, *, kind: str, weeks: int | None = None
) -> AccuracyPage | None:
    """Return how forecasts of a kind of period did; None where nothing has been computed yet."""
    run = run_for()
    if run is None:
        return None
    found = PastForecast.objects.visible_to(viewer).of(**choice.columns).select_related("period")
    over = found.filter(run=run, period__kind=kind, actual__isnull=False)
    rows = list(over.order_by("-period__start_on", "-made_on"))
    return AccuracyPage(
        run=run,
        scores=scores(scored_forecasts(rows)),
        rows=[row for row in rows if weeks is None or row.weeks_left == weeks],
        weeks=weeks,
    )


def scored_forecasts(rows: Sequence[PastForecast]) -> list[ScoredForecast]:
    """Return past forecasts as the arithmetic takes them."""
    return [
        ScoredForecast(
            period=row.period.label,
            weeks_left=row.weeks_left,
            forecast=row.forecast,
            low=row.low,
            high=row.high,
            actual=row.actual,
            naive={Method(name): getattr(row, name) for name in NAIVE},
        )
        for row in rows
        if row.actual is not None
    ]
