"""How well a deal is qualified, gaps first, and how the frameworks are set up."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch

from org.models.people import Person
from pipeline import rules
from pipeline.enums import Status
from pipeline.metrics.qualification import Demand, qualification_gaps, qualification_total
from pipeline.models.deals import Deal, Stage
from pipeline.models.qualification import ElementScore, Framework, FrameworkElement, GapRule
from pipeline.services.qualification import newest_scores

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Known:
    """An element of a deal: its score, by what, and the least that its stage asks for; 0: none."""

    element: FrameworkElement
    score: int
    evidence: str
    least: int


@dataclass(frozen=True, slots=True)
class Qualified:
    """A deal by one framework: points of how many, the elements with the gaps first."""

    framework: Framework
    points: int
    most: int
    gaps: int
    known: list[Known]


@dataclass(frozen=True, slots=True)
class Qualification:
    """A deal by every framework in use, and the newest scores that were ever given."""

    frameworks: list[Qualified]
    history: list[ElementScore]
    may_edit: bool


def qualification(viewer: Person, deal: Deal) -> Qualification:
    """Return how well a deal that the viewer may see is qualified."""
    scores = newest_scores(deal)
    points = {element: score for element, (score, _) in scores.items()}
    gaps: dict[int, int] = {}
    if deal.status == Status.OPEN:
        gaps = qualification_gaps(points, _demands(deal.stage), order=deal.stage.order)
    history = deal.scores.select_related("element", "scored_by")
    return Qualification(
        frameworks=[
            _qualified(framework, points, scores, gaps) for framework in frameworks(in_use=True)
        ],
        history=list(history[:SHOWN]),
        may_edit=deal.archived_at is None and rules.can_edit_seen_deal(viewer, deal),
    )


def frameworks(*, in_use: bool) -> list[Framework]:
    """Return the frameworks with their elements, those out of use too unless ``in_use``."""
    elements = FrameworkElement.objects.all()
    rows = Framework.objects.all()
    if in_use:
        rows, elements = rows.live(), elements.live()
    return list(rows.prefetch_related(Prefetch("elements", elements)))


def minimums(element: FrameworkElement) -> dict[int, int]:
    """Return the least scores of an element by stage, as they are asked for now."""
    return dict(GapRule.objects.live().filter(element=element).values_list("stage", "minimum"))


def open_stages() -> list[Stage]:
    return list(Stage.objects.live().filter(kind=Status.OPEN).select_related("pipeline"))


def _demands(stage: Stage) -> list[Demand]:
    rows = GapRule.objects.live().filter(stage__archived_at=None, stage__pipeline=stage.pipeline_id)
    return [Demand(*row) for row in rows.values_list("element", "minimum", "stage__order")]


def _qualified(
    framework: Framework,
    points: Mapping[int, int],
    scores: Mapping[int, tuple[int, str]],
    gaps: Mapping[int, int],
) -> Qualified:
    elements = list(framework.elements.all())
    total, most = qualification_total(points, [element.pk for element in elements])
    known = [
        Known(element, *scores.get(element.pk, (0, "")), gaps.get(element.pk, 0))
        for element in elements
    ]
    return Qualified(
        framework=framework,
        points=total,
        most=most,
        gaps=sum(1 for row in known if row.least),
        known=sorted(known, key=lambda row: not row.least),
    )
