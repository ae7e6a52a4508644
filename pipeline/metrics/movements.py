"""What happened to a pipeline between two moments, in steps that add up exactly. Pure.

A deal is *in play* for a scope and a period while it is open, expected to close in the period and
the scope's: its owner's, or the owner's team's, on that day. Where one pipeline of several is
looked at, it is while it stands in a stage of that one. Opening is what was in play at the earlier
moment, closing what is at the later one; every difference is a step with a name, so that
opening + steps = closing for each deal, and so for any sum of deals.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from kit.money import cents, from_cents
from kit.periods import Period
from pipeline.enums import Movement, Status, Unit
from pipeline.metrics.coverage import weighted


@dataclass(frozen=True, slots=True)
class Standing:
    """A deal as it stood at a moment.

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
class Step:
    """One movement of one deal: signed, in the unit asked for."""

    movement: Movement
    value: int


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Opening, each movement, closing: in cents or in deals. Refuses to exist unless it adds up."""

    unit: Unit
    opening: int
    steps: Mapping[Movement, int]
    closing: int

    def __post_init__(self) -> None:
        if self.opening + sum(self.steps.values()) != self.closing:
            raise ValueError(
                f"{self.opening} and {sum(self.steps.values())} do not make {self.closing}"
            )


def waterfall(unit: Unit, *, opening: int, steps: Iterable[Step], closing: int) -> Waterfall:
    """Return the waterfall of these steps; ``opening`` and ``closing`` are counted by themselves.

    ValueError where the three do not agree.
    """
    found: dict[Movement, int] = {}
    for step in steps:
        found[step.movement] = found.get(step.movement, 0) + step.value
    ordered = {movement: found[movement] for movement in Movement if movement in found}
    return Waterfall(unit, opening, ordered, closing)


def in_play_value(standing: Standing | None, *, period: Period, unit: Unit) -> int:
    """Return what a deal adds to the pipeline in play: 0 for one that is not, or is not yet."""
    if standing is None or not standing.in_play(period):
        return 0
    return _value(standing.base_cents, standing.probability, unit)


def movements(
    before: Standing | None, after: Standing, *, period: Period, unit: Unit
) -> list[Step]:
    """Return the steps that lead a deal from ``before`` (None: not created yet) to ``after``.

    A deal that stays in play, or leaves it from the scope's own hands, first takes its changes of
    amount and rate, so that it leaves at its later amount. One that came into play and closed
    between the two moments shows both and nets to zero; so what is won shows whole. A deal that
    leaves for several reasons leaves for the first of: archived, given to somebody outside, moved
    with its owner's seat, moved to another pipeline, closed, moved in time. Coming and leaving
    are told of a deal without an amount too; a change of zero is none.
    """
    was, now = before is not None and before.in_play(period), after.in_play(period)
    if before is not None and was:
        if now:
            return _changes(before, after, unit, through_stage=True)
        return _exit(before, after, period, unit)
    value = _own(after, unit)
    if now:
        return [Step(_entry(before, after, period), value)]
    if _passed_through(before, after, period):
        return [Step(_entry(before, after, period), value), Step(_closing(after, period), -value)]
    return []


def _exit(before: Standing, after: Standing, period: Period, unit: Unit) -> list[Step]:
    reason = _exit_reason(before, after, period)
    if reason in LEFT_AS_IT_WAS:
        return [Step(reason, -_own(before, unit))]
    changed = _changes(before, after, unit, through_stage=False)
    left = _own(before, unit) + sum(step.value for step in changed)
    return [*changed, Step(reason, -left)]


# What happens to a deal after it is out of the scope's hands is not the scope's doing.
LEFT_AS_IT_WAS = frozenset(
    {Movement.REMOVED, Movement.OWNER_OUT, Movement.SEAT_OUT, Movement.CROSSED_OUT}
)


def _exit_reason(before: Standing, after: Standing, period: Period) -> Movement:
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


def _closing(after: Standing, period: Period) -> Movement:
    if after.status == Status.LOST:
        return Movement.LOST
    inside = after.closed_on is not None and after.closed_on in period
    return Movement.WON if inside else Movement.WON_ELSEWHERE


def _entry(before: Standing | None, after: Standing, period: Period) -> Movement:
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


def _passed_through(before: Standing | None, after: Standing, period: Period) -> bool:
    """Whether a deal that was not in play closed since, and its closing belongs to the period."""
    if after.archived or after.is_open or not (after.in_scope and after.in_pipeline):
        return False
    if before is not None and not before.archived and before.status == after.status:
        return False
    day = after.closed_on if after.status == Status.WON else after.close_on
    return day is not None and day in period


def _changes(before: Standing, after: Standing, unit: Unit, *, through_stage: bool) -> list[Step]:
    """Return how the value changed: by amount, by rate and, of a deal still open, by stage."""
    at_old_rate = _at_rate_of(before, after)
    odds = before.probability
    found = [
        _step(
            _up_or_down(at_old_rate, before.base_cents), odds, before.base_cents, at_old_rate, unit
        ),
        _step(Movement.RATE, odds, at_old_rate, after.base_cents, unit),
    ]
    if through_stage and after.probability != odds:
        gained = _value(after.base_cents, after.probability, unit) - _value(
            after.base_cents, odds, unit
        )
        found.append(Step(_weight_reason(before, after), gained))
    return [step for step in found if step.value]


def _at_rate_of(before: Standing, after: Standing) -> int | None:
    """Return the later amount at the earlier rate, in cents; as it is where no rate compares."""
    comparable = before.amount and before.base_cents is not None and after.amount is not None
    if not comparable or before.currency != after.currency:
        return after.base_cents
    if after.amount == before.amount:
        return before.base_cents
    return cents(from_cents(before.base_cents or 0) * (after.amount or 0) / (before.amount or 1))


def _up_or_down(later: int | None, earlier: int | None) -> Movement:
    return Movement.INCREASED if (later or 0) >= (earlier or 0) else Movement.DECREASED


def _weight_reason(before: Standing, after: Standing) -> Movement:
    if before.stage == after.stage:
        return Movement.DEFINITION
    return Movement.ADVANCED if after.probability > before.probability else Movement.WENT_BACK


def _step(
    movement: Movement, odds: int, earlier: int | None, later: int | None, unit: Unit
) -> Step:
    return Step(movement, _value(later, odds, unit) - _value(earlier, odds, unit))


def _own(standing: Standing, unit: Unit) -> int:
    return _value(standing.base_cents, standing.probability, unit)


def _value(base_cents: int | None, probability: int, unit: Unit) -> int:
    if unit is Unit.DEALS:
        return 1
    if unit is Unit.AMOUNT:
        return base_cents or 0
    return weighted(base_cents, probability=probability)
