"""What leaving a stage needs, and how well a deal is qualified."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Prefetch, QuerySet

from kit.tables import Page
from org.models.people import Person
from pipeline import rules
from pipeline.deals.models import Deal
from pipeline.discipline.metrics import Demand, qualification_gaps, qualification_total
from pipeline.discipline.models import (
    ClosingReview,
    CriterionMet,
    CriterionVersion,
    ElementScore,
    Framework,
    FrameworkElement,
    GapRule,
    RequiredField,
    StageOverride,
)
from pipeline.discipline.services.exits import ExitNeed, exit_needs
from pipeline.discipline.services.qualification import newest_scores
from pipeline.enums import Status
from pipeline.stages.models import Stage


def reviews_of(deal: Deal) -> list[ClosingReview]:
    """Return the reviews of all closings of a deal, the newest closing first."""
    return list(ClosingReview.objects.filter(deal=deal).select_related("competitor", "written_by"))


@dataclass(frozen=True, slots=True)
class DealExit:
    """The contents of a deal's exit page.

    ``lacking`` are fields, ``open`` criteria of the deal's stage that nothing shows yet;
    ``met`` and ``withdrawn`` are those of all stages, ``overrides`` what was passed over,
    ``reviews`` those of the deal's closings.
    """

    stage: Stage
    asks: bool
    lacking: list[ExitNeed]
    open: list[CriterionVersion]
    met: list[CriterionMet]
    withdrawn: list[CriterionMet]
    overrides: list[StageOverride]
    reviews: list[ClosingReview]
    may_edit: bool


def deal_exit(viewer: Person, deal: Deal) -> DealExit:
    """Return the exit of a deal that the viewer may see."""
    needs = exit_needs(deal, [deal.stage_id])
    shown = list(deal.criteria_met.select_related("version", "met_by", "withdrawn_by"))
    asks = CriterionVersion.objects.live().filter(criterion__stage=deal.stage_id).exists()
    return DealExit(
        stage=deal.stage,
        asks=bool(needs) or asks,
        lacking=[need for need in needs if need.version is None],
        open=[need.version for need in needs if need.version is not None],
        met=[row for row in shown if row.withdrawn_at is None],
        withdrawn=[row for row in shown if row.withdrawn_at is not None],
        overrides=list(deal.overrides.select_related("from_stage", "to_stage", "overridden_by")),
        reviews=reviews_of(deal),
        may_edit=deal.archived_at is None and rules.can_edit_seen_deal(viewer, deal),
    )


@dataclass(frozen=True, slots=True)
class Asks:
    """A criterion as it reads now, and what comes before it; "" for nothing."""

    version: CriterionVersion
    after: str


@dataclass(frozen=True, slots=True)
class StageExit:
    """What a stage asks for now, and how it asked before."""

    criteria: list[Asks]
    fields: list[str]
    former: list[CriterionVersion]


def stage_exit(stage: Stage) -> StageExit:
    rows = CriterionVersion.objects.filter(criterion__stage=stage)
    versions = list(rows.select_related("criterion", "set_by"))
    names = dict(
        CriterionVersion.objects.live()
        .filter(criterion__in=[row.depends_on_id for row in versions if row.depends_on_id])
        .values_list("criterion", "statement")
    )
    return StageExit(
        criteria=[
            Asks(row, names.get(row.depends_on_id or 0, ""))
            for row in versions
            if row.valid_to is None
        ],
        fields=list(
            RequiredField.objects.live().filter(stage=stage).values_list("field", flat=True)
        ),
        former=[row for row in versions if row.valid_to is not None],
    )


@dataclass(frozen=True, slots=True)
class OverrideCount:
    """How many overrides somebody's deals, or a stage, have, of how many moves past an exit."""

    pk: int
    label: str
    moves: int
    overrides: int
    deals: int


@dataclass(frozen=True, slots=True)
class Overrides:
    """The overrides of a scope in a period: number, by person, by stage, and a page of them.

    The page is one of all moves past an exit where that is asked for. ``total`` is what
    ``people`` add up to, and what ``stages`` add up to.
    """

    total: int
    people: list[OverrideCount]
    stages: list[OverrideCount]
    page: Page

    def __post_init__(self) -> None:
        for parts in (self.people, self.stages):
            if sum(part.overrides for part in parts) != self.total:
                raise ValueError("the parts of the overrides do not add up")


def counted_overrides(
    rows: QuerySet, moves: QuerySet, key: str, moved_key: str
) -> list[OverrideCount]:
    """Return what has overrides or moves, most overrides first."""
    found = {
        row[key]: row
        for row in rows.order_by()
        .values(key)
        .annotate(overrides=Count("pk"), deals=Count("deal", distinct=True))
    }
    moved = dict(moves.order_by().values_list(moved_key).annotate(number=Count("pk")))
    model: Any = Person if key == "owner" else Stage
    names = {row.pk: str(row) for row in model.objects.filter(pk__in=found.keys() | moved.keys())}
    tallies = [
        OverrideCount(
            pk,
            names[pk],
            # An override whose move was since replaced by an imported history is a move still.
            moves=max(moved.get(pk, 0), found[pk]["overrides"] if pk in found else 0),
            overrides=found[pk]["overrides"] if pk in found else 0,
            deals=found[pk]["deals"] if pk in found else 0,
        )
        for pk in found.keys() | moved.keys()
    ]
    return sorted(tallies, key=lambda each: (-each.overrides, -each.moves, each.label, each.pk))


SHOWN = 12


@dataclass(frozen=True, slots=True)
class ScoredElement:
    """An element of a deal: its score, by what, and the least that its stage asks for; 0: none."""

    element: FrameworkElement
    score: int
    evidence: str
    least: int


@dataclass(frozen=True, slots=True)
class FrameworkScore:
    """A deal by one framework: points of how many, the elements with the gaps first."""

    framework: Framework
    points: int
    most: int
    gaps: int
    known: list[ScoredElement]


def frameworks(*, in_use: bool) -> list[Framework]:
    """Return the frameworks with their elements, those out of use too unless ``in_use``."""
    elements = FrameworkElement.objects.all()
    rows = Framework.objects.all()
    if in_use:
        rows, elements = rows.live(), elements.live()
    return list(rows.prefetch_related(Prefetch("elements", elements)))


@dataclass(frozen=True, slots=True)
class Qualification:
    """A deal by every framework in use, and the newest scores that were ever given."""

    frameworks: list[FrameworkScore]
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
) -> FrameworkScore:
    elements = list(framework.elements.all())
    total, most = qualification_total(points, [element.pk for element in elements])
    known = [
        ScoredElement(element, *scores.get(element.pk, (0, "")), gaps.get(element.pk, 0))
        for element in elements
    ]
    return FrameworkScore(
        framework=framework,
        points=total,
        most=most,
        gaps=sum(1 for row in known if row.least),
        known=sorted(known, key=lambda row: not row.least),
    )
