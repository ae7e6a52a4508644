"""Where the pipeline of one moment stands at a later one: by stage or by forecast category."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.attainment.reports.open_pipeline import by_stage
from analytics.review.enums import Movement, Unit
from analytics.review.metrics import NOTHING, Worth
from analytics.review.reports.changes import Changes, Moved, worth_of
from pipeline.enums import CATEGORY_LABELS, Category

By = Literal["category", "stage"]
Place = str


@dataclass(frozen=True, slots=True)
class FlowLink:
    """What went from a place of the earlier moment to one of the later; ``key`` names it."""

    source: Place
    target: Place
    cents: int

    @property
    def key(self) -> str:
        return f"{self.source}.{self.target}"


@dataclass(frozen=True, slots=True)
class Flow:
    """The pipeline at both moments. Each link is worth what its deals were worth at the end.

    So what links lead to stages or categories is exactly the closing pipeline. ``places`` are
    these with their words, in order; a place that is none of them is a movement by which deals
    came or went.
    """

    by: By
    places: Mapping[Place, str]
    links: Sequence[FlowLink]

    @property
    def before(self) -> list[Place]:
        return list(dict.fromkeys(link.source for link in self.links))

    @property
    def after(self) -> list[Place]:
        return sorted({link.target for link in self.links}, key=_order(self.places).index)

    def label(self, place: Place) -> str:
        return self.places[place] if place in self.places else Movement(place).label

    def words(self, link: FlowLink) -> str:
        """Return a link in words."""
        return f"{self.label(link.source)} to {self.label(link.target)}"

    def title_of(self, key: str) -> str:
        """Return the link with this key in words; "" where there is none."""
        return next((self.words(link) for link in self.links if link.key == key), "")


def _order(places: Mapping[Place, str]) -> list[Place]:
    return [*places, *Movement]


def pipeline_flow(changes: Changes, by: By) -> Flow:
    """Return how the pipeline moved between stages or categories, and in and out of them.

    ValueError where the places of the end do not hold what the closing pipeline does.
    """
    sums: dict[tuple[Place, Place], int] = {}
    for place, stayed in _unchanged(changes, by).items():
        if stayed.deals:
            sums[place, place] = stayed.cents
    for moved in changes.moved:
        if found := went(changes, moved, by):
            source, target, cents = found
            sums[source, target] = sums.get((source, target), 0) + cents
    places = _labels(changes, by)
    order, closing = _order(places), changes.flows[Unit.AMOUNT].closing
    if sum(cents for (_, target), cents in sums.items() if target in places) != closing:
        raise ValueError(f"the flow does not end in the {closing} that are in play")
    ordered = sorted(sums, key=lambda pair: [order.index(place) for place in pair])
    return Flow(by, places, [FlowLink(*pair, sums[pair]) for pair in ordered])


def _places(moved: Moved, by: By) -> tuple[Place, Place]:
    """Return where a deal stood at the earlier moment, "" if nowhere, and at the later one."""
    if by == "category":
        return moved.categories[0] or "", moved.categories[1]
    return str(moved.before.stage) if moved.before else "", str(moved.after.stage)


def _unchanged(changes: Changes, by: By) -> dict[Place, Worth]:
    """Return the closing pipeline by place, without the deals that were read one by one."""
    found: dict[Place, Worth] = {}
    for each in changes.closing:
        place = each.category if by == "category" else str(each.stage)
        found[place] = found.get(place, NOTHING) + worth_of(each.closing)
    for moved in changes.moved:
        if moved.after.in_play(changes.period):
            place = _places(moved, by)[1]
            found[place] -= Worth(1, moved.after.base_cents or 0)
    return found


def went(changes: Changes, moved: Moved, by: By) -> tuple[Place, Place, int] | None:
    """Return from where to where a deal went, and with how much; None if it was in play never."""
    steps, (source, target) = moved.steps, _places(moved, by)
    stays = moved.after.in_play(changes.period)
    if not stays and not steps:
        return None
    if moved.before is None or not moved.before.in_play(changes.period):
        source = steps[0].movement
    if stays:
        return source, target, moved.after.base_cents or 0
    return source, steps[-1].movement, -steps[-1].worth.cents


def _labels(changes: Changes, by: By) -> dict[Place, str]:
    """Return the words of the stages or categories, in their order."""
    if by == "category":
        return {str(category): CATEGORY_LABELS[category] for category in Category}
    slices = [*changes.opening, *changes.closing]
    return {str(pk): label for _, pk, label in sorted(map(by_stage(slices), slices))}
