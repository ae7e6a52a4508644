"""What happened to a pipeline between two moments, in steps that add up exactly. Pure.

A deal is *in play* for a scope and a period while it is open, expected to close in the period and
the scope's: its owner's, or the owner's team's, on that day. Where one pipeline of several is
looked at, it is while it stands in a stage of that one. Opening is what was in play at the earlier
moment, closing what is at the later one; every difference is a step with a name, so that
opening + steps = closing for each deal, and so for any sum of deals.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.attainment.metrics import weighted
from analytics.review.enums import Movement, Unit
from kit.money import cents, from_cents
from kit.periods import Period
from pipeline.enums import Status


@dataclass(frozen=True, slots=True)
class DealState:
    """A deal as it was at a moment.

    ``amount`` is in ``currency``, ``base_cents`` the same in the reporting currency (both None
    without an amount), ``probability`` the stage's in percent. ``in_scope`` says whether the deal
    counted for the scope: an open one by its owner at the moment, a closed one by who has the
    credit on the day of the closing. ``in_pipeline``: its stage is one of the pipeline looked at.
    """

    status: str
    stage: int
    owner: int
    in_scope: bool
    probability: int
    amount: Decimal | None
    currency: str
    base_cents: int | None
    close_on: date | None
    closed_on: date | None = None
    archived: bool = False
    in_pipeline: bool = True

    @property
    def is_open(self) -> bool:
        return self.status == Status.OPEN and not self.archived

    def in_play(self, period: Period) -> bool:
        """Whether the deal is part of the scope's pipeline of the period."""
        here = self.is_open and self.in_scope and self.in_pipeline
        return here and self.close_on is not None and self.close_on in period


@dataclass(frozen=True, slots=True)
class Worth:
    """What deals come to in every unit: their number, their cents, and cents x probability."""

    deals: int = 0
    cents: int = 0
    weighted: int = 0

    def __add__(self, other: "Worth") -> "Worth":
        return Worth(
            self.deals + other.deals, self.cents + other.cents, self.weighted + other.weighted
        )

    def __neg__(self) -> "Worth":
        return Worth(-self.deals, -self.cents, -self.weighted)

    def __sub__(self, other: "Worth") -> "Worth":
        return self + -other

    def of(self, unit: Unit) -> int:
        """Return it in one unit."""
        if unit is Unit.AMOUNT:
            return self.cents
        return self.deals if unit is Unit.DEALS else self.weighted


NOTHING = Worth()


def worth(base_cents: int | None, probability: int) -> Worth:
    """Return what one deal comes to; without an amount it still counts as a deal."""
    return Worth(1, base_cents or 0, weighted(base_cents, probability=probability))


@dataclass(frozen=True, slots=True)
class MovementStep:
    """One movement of one deal, signed."""

    movement: Movement
    worth: Worth

    def amounts(self) -> Iterator[tuple[Unit, int]]:
        """Return the units in which there is something to tell, with the value in each.

        Coming and leaving, which change the number of deals, are told of a deal without an amount
        too; a change of zero is none.
        """
        for unit in Unit:
            value = self.worth.of(unit)
            if value or self.worth.deals:
                yield unit, value


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Opening, each movement, closing: in cents or in deals. Refuses to exist unless it adds up."""

    unit: Unit
    opening: int
    steps: Mapping[Movement, int]
    closing: int

    @property
    def came(self) -> Mapping[Movement, int]:
        """The movements by which the pipeline came to more."""
        return {movement: value for movement, value in self.steps.items() if value > 0}

    @property
    def went(self) -> Mapping[Movement, int]:
        """The movements by which it came to less."""
        return {movement: value for movement, value in self.steps.items() if value < 0}

    def __post_init__(self) -> None:
        if self.opening + sum(self.steps.values()) != self.closing:
            raise ValueError(
                f"{self.opening} and {sum(self.steps.values())} do not make {self.closing}"
            )


def waterfalls(
    *, opening: Worth, steps: Iterable[MovementStep], closing: Worth
) -> dict[Unit, Waterfall]:
    """Return the waterfall of these steps in each unit.

    ``opening`` and ``closing`` are counted by themselves; ValueError where the three do not agree.
    """
    found: dict[Unit, dict[Movement, int]] = {unit: {} for unit in Unit}
    for step in steps:
        for unit, value in step.amounts():
            sums = found[unit]
            sums[step.movement] = sums.get(step.movement, 0) + value
    return {
        unit: Waterfall(
            unit,
            opening.of(unit),
            {movement: sums[movement] for movement in Movement if movement in sums},
            closing.of(unit),
        )
        for unit, sums in found.items()
    }


def in_words(value: int, unit: Unit) -> Decimal:
    """Return a number of a waterfall in what its page shows: deals, or money in whole units."""
    return Decimal(value) if unit is Unit.DEALS else from_cents(value)


def movements(before: DealState | None, after: DealState, *, period: Period) -> list[MovementStep]:
    """Return the steps that lead a deal from ``before`` (None: not created yet) to ``after``.

    A deal that stays in play, or leaves it from the scope's own hands, first takes its changes of
    amount and rate, so that it leaves at its later amount. One that came into play and closed
    between the two moments shows both and nets to zero; so what is won shows whole. A deal that
    leaves for several reasons leaves for the first of: archived, given to somebody outside, moved
    with its owner's seat, moved to another pipeline, closed, moved in time.
    """
    was, now = before is not None and before.in_play(period), after.in_play(period)
    if before is not None and was:
        if now:
            return _changes(before, after, through_stage=True)
        return _exit(before, after, period)
    if now:
        return [MovementStep(_entry(before, after, period), _own(after))]
    if _passed_through(before, after, period):
        worth = _own(after)
        return [
            MovementStep(_entry(before, after, period), worth),
            MovementStep(_closing(after, period), -worth),
        ]
    return []


def _exit(before: DealState, after: DealState, period: Period) -> list[MovementStep]:
    reason = _exit_reason(before, after, period)
    if reason in LEFT_AS_IT_WAS:
        return [MovementStep(reason, -_own(before))]
    changed = _changes(before, after, through_stage=False)
    left = sum((step.worth for step in changed), _own(before))
    return [*changed, MovementStep(reason, -left)]


# What happens to a deal after it is out of the scope's hands is not the scope's doing.
LEFT_AS_IT_WAS = frozenset(
    {Movement.REMOVED, Movement.OWNER_OUT, Movement.SEAT_OUT, Movement.CROSSED_OUT}
)


def _exit_reason(before: DealState, after: DealState, period: Period) -> Movement:
    if after.archived:
        return Movement.REMOVED
    if not after.in_scope:
        return Movement.OWNER_OUT if after.owner != before.owner else Movement.SEAT_OUT
    if not after.in_pipeline:
        return Movement.CROSSED_OUT
    if not after.is_open:
        return _closing(after, period)
    if after.close_on is not None and after.close_on < period.start:
        return Movement.BROUGHT_FORWARD
    return Movement.PUSHED_OUT


def _closing(after: DealState, period: Period) -> Movement:
    if after.status == Status.LOST:
        return Movement.LOST
    inside = after.closed_on is not None and after.closed_on in period
    return Movement.WON if inside else Movement.WON_ELSEWHERE


def _entry(before: DealState | None, after: DealState, period: Period) -> Movement:
    if before is None:
        return Movement.NEW
    if before.archived:
        return Movement.RESTORED
    if not before.is_open:
        return Movement.REOPENED
    if not before.in_scope:
        return Movement.OWNER_IN if after.owner != before.owner else Movement.SEAT_IN
    if not before.in_pipeline:
        return Movement.CROSSED_IN
    was_before = before.close_on is not None and before.close_on < period.start
    return Movement.SLID_IN if was_before else Movement.PULLED_IN


def _passed_through(before: DealState | None, after: DealState, period: Period) -> bool:
    """Whether a deal that was not in play closed since, and its closing belongs to the period."""
    if after.archived or after.is_open or not (after.in_scope and after.in_pipeline):
        return False
    if before is not None and not before.archived and before.status == after.status:
        return False
    day = after.closed_on if after.status == Status.WON else after.close_on
    return day is not None and day in period


def _changes(before: DealState, after: DealState, *, through_stage: bool) -> list[MovementStep]:
    """Return how the worth changed: by amount, by rate and, of a deal still open, by stage."""
    odds, earlier, later = before.probability, before.base_cents, after.base_cents
    found = []
    if earlier != later or before.amount != after.amount:
        at_old_rate = _at_rate_of(before, after)
        by_amount = worth(at_old_rate, odds) - worth(earlier, odds)
        by_rate = worth(later, odds) - worth(at_old_rate, odds)
        found += [
            MovementStep(_up_or_down(at_old_rate, earlier), by_amount),
            MovementStep(Movement.RATE, by_rate),
        ]
    if through_stage and after.probability != odds:
        by_stage = worth(later, after.probability) - worth(later, odds)
        found.append(MovementStep(_weight_reason(before, after), by_stage))
    return [step for step in found if step.worth != NOTHING]


def _at_rate_of(before: DealState, after: DealState) -> int | None:
    """Return the later amount at the earlier rate, in cents; as it is where no rate compares."""
    comparable = before.amount and before.base_cents is not None and after.amount is not None
    if not comparable or before.currency != after.currency:
        return after.base_cents
    if after.amount == before.amount:
        return before.base_cents
    return cents(from_cents(before.base_cents or 0) * (after.amount or 0) / (before.amount or 1))


def _up_or_down(later: int | None, earlier: int | None) -> Movement:
    return Movement.INCREASED if (later or 0) >= (earlier or 0) else Movement.DECREASED


def _weight_reason(before: DealState, after: DealState) -> Movement:
    if before.stage == after.stage:
        return Movement.DEFINITION
    return Movement.ADVANCED if after.probability > before.probability else Movement.WENT_BACK


def _own(standing: DealState) -> Worth:
    return worth(standing.base_cents, standing.probability)
