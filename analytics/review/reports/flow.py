"""Where the pipeline of one moment stands at a later one: by stage or by forecast category."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from analytics.attainment.reports.open_pipeline import Slice, by_stage
from analytics.review.enums import Movement, Unit
from analytics.review.metrics import DealState
from analytics.review.reports.changes import Changes, Moved
from pipeline.enums import CATEGORY_LABELS, Category

By = Literal["category", "stage"]
Place = str


@dataclass(frozen=True, slots=True)
class Node:
    """A place at one of the two moments: a stage or category, or how deals came or went.

    ``movement`` is None for a stage or category.
    """

    label: str
    movement: Movement | None
    cents: int


@dataclass(frozen=True, slots=True)
class FlowLink:
    """What went from a node of ``Flow.before`` to one of ``Flow.after``, by their index.

    ``key`` names the link in an address.
    """

    source: int
    target: int
    cents: int
    deals: int
    key: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The pipeline at both moments. Each link is worth what its deals were worth at the end.

    So the stages or categories of ``after`` are exactly those of the closing pipeline.
    """

    by: By
    before: Sequence[Node]
    after: Sequence[Node]
    links: Sequence[FlowLink]

    def words(self, link: FlowLink) -> str:
        """Return a link in words."""
        return f"{self.before[link.source].label} to {self.after[link.target].label}"

    def title_of(self, key: str) -> str:
        """Return the link with this key in words; "" where there is none."""
        return next((self.words(link) for link in self.links if link.key == key), "")


@dataclass(slots=True)
class _Sum:
    cents: int = 0
    deals: int = 0

    def add(self, cents: int, deals: int) -> None:
        self.cents += cents
        self.deals += deals


def pipeline_flow(changes: Changes, by: By) -> Flow:
    """Return how the pipeline moved between stages or categories, and in and out of them.

    ValueError where the places of the end do not hold what the closing pipeline does.
    """
    key = KEYS[by]
    sums: dict[tuple[Place, Place], _Sum] = {}
    for place, stayed in _unchanged(changes, key).items():
        if stayed.deals:
            sums[place, place] = stayed
    for moved in changes.moved:
        if found := went(changes, moved, by):
            source, target, cents = found
            sums.setdefault((source, target), _Sum()).add(cents, 1)
    flow = _drawn(by, sums, _labels(changes, by))
    closing = changes.flows[Unit.AMOUNT].closing
    if sum(node.cents for node in flow.after if node.movement is None) != closing:
        raise ValueError(f"the flow does not end in the {closing} that are in play")
    return flow


@dataclass(frozen=True, slots=True)
class _Key:
    """How a deal's place is told, from a slice, and from a moved deal before and after."""

    of_slice: Callable[[Slice], Place]
    before: Callable[[Moved], Place]
    after: Callable[[Moved], Place]


def _stage(standing: DealState | None) -> Place:
    return str(standing.stage) if standing else ""


KEYS: Mapping[By, _Key] = {
    "category": _Key(
        of_slice=lambda each: each.category,
        before=lambda moved: moved.categories[0] or "",
        after=lambda moved: moved.categories[1],
    ),
    "stage": _Key(
        of_slice=lambda each: str(each.stage),
        before=lambda moved: _stage(moved.before),
        after=lambda moved: _stage(moved.after),
    ),
}


def _unchanged(changes: Changes, key: _Key) -> dict[Place, _Sum]:
    """Return the closing pipeline by place, without the deals that were read one by one."""
    found: dict[Place, _Sum] = {}
    for each in changes.closing:
        place = found.setdefault(key.of_slice(each), _Sum())
        place.add(each.closing.cents, each.closing.deals)
    for moved in changes.moved:
        if moved.after.in_play(changes.period):
            found[key.after(moved)].add(-(moved.after.base_cents or 0), -1)
    return found


def went(changes: Changes, moved: Moved, by: By) -> tuple[Place, Place, int] | None:
    """Return from where to where a deal went, and with how much; None if it was in play never."""
    key = KEYS[by]
    was = moved.before is not None and moved.before.in_play(changes.period)
    if moved.after.in_play(changes.period):
        value = moved.after.base_cents or 0
        source = key.before(moved) if was else str(moved.steps[0].movement)
        return source, key.after(moved), value
    steps = moved.steps
    if not steps:
        return None
    source = key.before(moved) if was else str(steps[0].movement)
    return source, str(steps[-1].movement), -steps[-1].worth.cents


def _labels(changes: Changes, by: By) -> dict[Place, str]:
    """Return the words of the stages or categories, in their order."""
    if by == "category":
        return {str(category): CATEGORY_LABELS[category] for category in Category}
    slices = [*changes.opening, *changes.closing]
    return {str(pk): label for _, pk, label in sorted(map(by_stage(slices), slices))}


def _drawn(by: By, sums: Mapping[tuple[Place, Place], _Sum], labels: Mapping[Place, str]) -> Flow:
    order = [*labels, *(str(movement) for movement in Movement)]
    sources = sorted({source for source, _ in sums}, key=order.index)
    targets = sorted({target for _, target in sums}, key=order.index)
    return Flow(
        by=by,
        before=[_node(place, 0, sums, labels) for place in sources],
        after=[_node(place, 1, sums, labels) for place in targets],
        links=[
            FlowLink(
                sources.index(source),
                targets.index(target),
                each.cents,
                each.deals,
                f"{source}.{target}",
            )
            for (source, target), each in sorted(
                sums.items(), key=lambda item: [order.index(place) for place in item[0]]
            )
        ],
    )


def _node(
    place: Place,
    side: int,
    sums: Mapping[tuple[Place, Place], _Sum],
    labels: Mapping[Place, str],
) -> Node:
    movement = None if place in labels else Movement(place)
    label = labels[place] if movement is None else movement.label
    return Node(label, movement, sum(s.cents for pair, s in sums.items() if pair[side] == place))
