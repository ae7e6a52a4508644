"""Which way deals leave a stage, and how long they stay there."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.attainment.metrics import Cycle, sales_cycle
from kit.enums import Labelled


class Way(Labelled):
    """How a deal left a stage, or that it did not."""

    FORWARD = "forward"
    WON = "won"
    LOST = "lost"
    BACK = "back"
    ELSEWHERE = "elsewhere", "Other pipeline"
    STILL = "still", "Still there"


@dataclass(frozen=True, slots=True)
class StageStep:
    """A stage of a pipeline: its place among the others, and what it makes of deals."""

    pk: int
    name: str
    pipeline: int
    order: int
    kind: str


@dataclass(frozen=True, slots=True)
class Stays:
    """So many ``cases`` of stays in a stage that began and ended alike.

    ``came_from`` and ``went_to`` are stages; None where the deal was created there, and where it
    is there still. ``counts``: it is the deal's first entry into the stage in the period.
    ``ended``: it left in the period, after ``days`` whole days. ``deal`` is told of one that
    skipped a stage: a deal may do so several times, and counts once.
    """

    stage: int
    came_from: int | None
    went_to: int | None
    counts: bool
    ended: bool
    days: int
    deal: int | None
    cases: int


@dataclass(frozen=True, slots=True)
class StageFlow:
    """What became of the deals that entered a stage in the period; each deal once.

    ``skipped`` deals passed the stage over on their way forward. ``days`` are of the stays that
    ended in the period, ``ages`` of the deals that stand there at the moment.
    """

    step: StageStep
    ways: Mapping[Way, int]
    skipped: int
    days: Cycle
    ages: Cycle

    @property
    def entered(self) -> int:
        return sum(self.ways.values())

    @property
    def left(self) -> int:
        """The denominator: those that moved on, back or elsewhere, or closed."""
        return self.entered - self.ways[Way.STILL]


def way_of(stage: StageStep, went_to: StageStep | None) -> Way:
    """Return which way a deal went that left a stage for another; None for one still there."""
    if went_to is None:
        return Way.STILL
    if went_to.kind in (Way.WON, Way.LOST):
        return Way(went_to.kind)
    if went_to.pipeline != stage.pipeline:
        return Way.ELSEWHERE
    return Way.FORWARD if went_to.order > stage.order else Way.BACK


def stage_conversion(flow: StageFlow) -> Decimal | None:
    """Return the share of the deals that left a stage which moved forward.

    Name: Stage conversion
    Formula: (moved to a later stage + won) / (moved to a later stage + won + moved back + moved
        to another pipeline + lost)
    Unit: a share
    Denominator: deals that entered the stage in the period and have left it or closed by the
        moment; a deal that entered it several times counts once, by its first entry
    Placed by: the moment of the first entry in the period
    Credited to: the scope that the deal counts for at the moment
    Left out: deals that are there still; deals that skipped the stage, which are counted beside it
    Undefined: when none has left
    Source: the "any-stage" funnel of Watermark Insights, with skips and back-moves shown
    """
    forward = flow.ways[Way.FORWARD] + flow.ways[Way.WON]
    return Decimal(forward) / flow.left if flow.left else None


def stage_flows(
    steps: Sequence[StageStep], stays: Iterable[Stays], *, ages: Mapping[int, Mapping[int, int]]
) -> list[StageFlow]:
    """Return the flow through each open stage, in the order of ``steps``.

    ``ages`` are, by stage, tables of days -> number of deals that stand there so long. Orders are
    compared within a pipeline only.

    Name: Time in stage
    Formula: median and upper quartile of the whole days from entering a stage to leaving it;
        beside them those of the deals that stand there now
    Unit: days
    Denominator: stays that ended in the period; a deal that came back has several
    Placed by: the moment of leaving
    Left out: in the first figure, stays that go on; they are the second one
    Undefined: without such a stay
    Source: as Ashby's time in stage: completed stays, medians; the sum of medians is no median
    """
    rows = list(stays)
    known = {step.pk: step for step in steps}
    ways: dict[int, Counter[Way]] = {step.pk: Counter() for step in steps}
    days: dict[int, Counter[int]] = {step.pk: Counter() for step in steps}
    for stay in rows:
        if stay.ended:
            days[stay.stage][stay.days] += stay.cases
        if stay.counts:
            way = way_of(known[stay.stage], known.get(stay.went_to) if stay.went_to else None)
            ways[stay.stage][way] += stay.cases
    skipped = skipped_by(steps, rows)
    return [
        StageFlow(
            step=step,
            ways=ways[step.pk],
            skipped=len(skipped.get(step.pk, ())),
            days=sales_cycle(days[step.pk]),
            ages=sales_cycle(ages.get(step.pk, {})),
        )
        for step in steps
        if step.kind == "open"
    ]


def skipped_by(steps: Sequence[StageStep], stays: Iterable[Stays]) -> dict[int, set[int]]:
    """Return, by stage, the deals that passed it over on their way forward."""
    known = {step.pk: step for step in steps}
    found: dict[int, set[int]] = {}
    for stay in stays:
        if stay.deal is not None and stay.counts:
            passed = skips(
                steps,
                came_from=None if stay.came_from is None else known[stay.came_from],
                stage=known[stay.stage],
                went_to=None if stay.went_to is None else known[stay.went_to],
            )
            for stage in passed:
                found.setdefault(stage, set()).add(stay.deal)
    return found


def skips(
    steps: Sequence[StageStep],
    *,
    came_from: StageStep | None,
    stage: StageStep,
    went_to: StageStep | None = None,
) -> set[int]:
    """Return the stages that a deal passes over by how it comes to a stage and leaves it.

    A deal that is created in a later stage passes over those before it; one that is won passes
    over those that were still to come. Nothing is passed over on the way back or to a loss.
    """
    mine = [step for step in steps if step.kind == "open" and step.pipeline == stage.pipeline]
    found = {step.pk for step in mine if came_from is None and step.order < stage.order}
    way = way_of(stage, went_to)
    if way is Way.WON:
        found |= {step.pk for step in mine if step.order > stage.order}
    elif way is Way.FORWARD and went_to is not None:
        found |= {step.pk for step in mine if stage.order < step.order < went_to.order}
    return found
