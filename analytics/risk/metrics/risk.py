"""What puts an open deal at risk: named signals, how each is judged, and the health they leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from analytics.risk.enums import Signal
from analytics.risk.metrics.stage_norms import NO_NORM, DateMoves, Norm
from pipeline.enums import Category

NOT_MOVED = DateMoves()

# What hygiene asks of a record besides; whether a deal is at risk and its health leave it out.
RECORD_GAPS = (Signal.EXIT_MISSING, Signal.NO_AMOUNT, Signal.NO_CONTACT)
RISKS = tuple(signal for signal in Signal if signal not in RECORD_GAPS)
# Within so many days a large deal should be in commit.
SOON_DAYS = 14
# Until a deal's day of waiting these say nothing: the silence is agreed.
WAITING_FOR = frozenset({Signal.STEP_OVERDUE, Signal.QUIET, Signal.NO_STEP})


@dataclass(frozen=True, slots=True)
class RiskRule:
    """How a signal is judged: whether at all, from where on, and what it weighs.

    ``limit`` is None for a signal that either holds or does not. ``learnt_from`` is the number of
    won deals that the limit was learnt from; None where it was set by hand.
    """

    limit: int | None
    weight: int
    on: bool = True
    learnt_from: int | None = None


Rules = Mapping[Signal, RiskRule]
# Where nobody has set anything else.
RULES: Rules = MappingProxyType(
    {
        Signal.OWNER_LEFT: RiskRule(None, 5),
        Signal.CLOSE_PASSED: RiskRule(1, 10),
        Signal.NOT_COMMITTED: RiskRule(5, 5),
        Signal.STEP_OVERDUE: RiskRule(1, 8),
        Signal.STALLED: RiskRule(150, 14),
        Signal.QUIET: RiskRule(14, 16),
        Signal.PUSHED: RiskRule(3, 8),
        Signal.TOO_SOON: RiskRule(100, 5),
        Signal.WENT_BACK: RiskRule(30, 6),
        Signal.AMOUNT_FELL: RiskRule(20, 6),
        Signal.SINGLE_CONTACT: RiskRule(2, 8),
        # Says nothing true before the organisation names who plays which role.
        Signal.NO_DECISION_MAKER: RiskRule(30, 8, on=False),
        Signal.NO_CLOSE_DATE: RiskRule(None, 4),
        Signal.NO_STEP: RiskRule(None, 5),
        **{gap: RiskRule(None, 0) for gap in RECORD_GAPS},
    }
)


@dataclass(frozen=True, slots=True)
class OpenDeal:
    """What is known of an open deal on the day it is looked at.

    ``cents`` None is a deal without an amount. ``stage_days`` are the days since the deal entered
    its stage, ``norm`` what won deals needed there. ``quiet_days`` are the days since somebody
    last reached the customer, or since the creation if nobody ever did (``touched`` False);
    ``people`` is how many contacts took part, ``moves`` how often its expected close moved.
    ``fell`` is by how many percent the amount lies
    below the highest it ever was, ``back_from`` the furthest stage that it stood in while a
    return there still counts; "" where it did not go back. ``met_decision_maker``: an economic
    buyer or champion took part in an exchange; ``age`` counts the days since the creation.
    ``owner_left``: its owner is no longer here, and nobody has it yet.
    """

    deal: int
    name: str
    owner: int
    cents: int | None
    close_on: date | None
    category: str
    stage: str
    stage_days: int
    next_step: str
    next_step_on: date | None
    quiet_days: int
    touched: bool
    norm: Norm = NO_NORM
    owner_left: bool = False
    wait_until: date | None = None
    moves: DateMoves = NOT_MOVED
    fell: int = 0
    back_from: str = ""
    people: int = 0
    age: int = 0
    met_decision_maker: bool = False

    def waits(self, day: date) -> bool:
        """Whether it was agreed to wait for a day later than ``day``."""
        return self.wait_until is not None and day < self.wait_until

    def planned_days(self, day: date) -> int | None:
        """Return the days from entering the stage to the expected close; None without one."""
        return None if self.close_on is None else (self.close_on - day).days + self.stage_days


@dataclass(frozen=True, slots=True)
class HealthPart:
    """What a signal adds to a deal's health: all of its ``weight``, or nothing while it holds."""

    signal: Signal
    weight: int
    kept: int


@dataclass(frozen=True, slots=True)
class Health:
    """The parts that a deal's health is the sum of, and the signals that could not be judged."""

    parts: tuple[HealthPart, ...]
    unjudged: tuple[Signal, ...]
    kept: int
    total: int

    def __post_init__(self) -> None:
        if self.kept != sum(part.kept for part in self.parts):
            raise ValueError("the points kept are not the sum of the parts")
        if self.total != sum(part.weight for part in self.parts):
            raise ValueError("the points in all are not the sum of the weights")

    @property
    def score(self) -> int | None:
        """The points kept of a hundred, rounded half up; None where nothing was judged."""
        return (200 * self.kept + self.total) // (2 * self.total) if self.total else None


def deal_reasons(
    deal: OpenDeal, *, day: date, large: int | None, rules: Rules = RULES
) -> tuple[Signal, ...]:
    """Return why the deal is at risk on ``day``, the most urgent reason first.

    ``large`` is the amount in cents from which a deal counts as large; None, where no quota
    gives a measure, and no deal is called large.
    """
    holds = _held(deal, day, large, rules)
    silent = WAITING_FOR if deal.waits(day) else frozenset()
    return tuple(
        signal for signal in RISKS if rules[signal].on and holds[signal] and signal not in silent
    )


def _held(deal: OpenDeal, day: date, large: int | None, rules: Rules) -> dict[Signal, bool]:
    def limit(signal: Signal) -> int:
        return rules[signal].limit or 0

    norm = deal.norm.days
    return {
        Signal.OWNER_LEFT: deal.owner_left,
        Signal.CLOSE_PASSED: _late(deal.close_on, day) >= limit(Signal.CLOSE_PASSED),
        Signal.NOT_COMMITTED: _is_uncommitted(deal, day, large),
        Signal.STEP_OVERDUE: _late(deal.next_step_on, day) >= limit(Signal.STEP_OVERDUE),
        Signal.STALLED: norm is not None and 100 * deal.stage_days >= limit(Signal.STALLED) * norm,
        Signal.QUIET: deal.quiet_days >= limit(Signal.QUIET),
        Signal.PUSHED: deal.moves.pushes >= limit(Signal.PUSHED),
        Signal.TOO_SOON: _is_too_soon(deal, day, limit(Signal.TOO_SOON)),
        Signal.WENT_BACK: bool(deal.back_from),
        Signal.AMOUNT_FELL: deal.fell >= limit(Signal.AMOUNT_FELL),
        Signal.SINGLE_CONTACT: 0 < deal.people < limit(Signal.SINGLE_CONTACT),
        Signal.NO_DECISION_MAKER: not deal.met_decision_maker
        and deal.age >= limit(Signal.NO_DECISION_MAKER),
        Signal.NO_CLOSE_DATE: deal.close_on is None,
        Signal.NO_STEP: not deal.next_step,
    }


def _late(due: date | None, day: date) -> int:
    """Return by how many days ``due`` is past, below one where it is not or is not known."""
    return -1 if due is None else (day - due).days


def _is_uncommitted(deal: OpenDeal, day: date, large: int | None) -> bool:
    if large is None or deal.close_on is None or (deal.cents or 0) < large:
        return False
    soon = day + timedelta(days=SOON_DAYS)
    return day <= deal.close_on < soon and deal.category != Category.COMMIT


def _is_too_soon(deal: OpenDeal, day: date, percent: int) -> bool:
    planned, quickest = deal.planned_days(day), deal.norm.quickest
    if planned is None or quickest is None or deal.close_on is None or deal.close_on < day:
        return False
    return 100 * planned < percent * quickest


def health(deal: OpenDeal, *, day: date, large: int | None, rules: Rules = RULES) -> Health:
    """Return a deal's health on ``day``: each signal that is on keeps its weight unless it holds.

    What cannot be judged, such as being stalled in a stage without a norm, counts neither way.
    """
    held = set(deal_reasons(deal, day=day, large=large, rules=rules))
    unjudged = _unjudged(deal, large)
    parts = tuple(
        HealthPart(signal, rule.weight, 0 if signal in held else rule.weight)
        for signal, rule in ((signal, rules[signal]) for signal in RISKS)
        if rule.on and rule.weight and signal not in unjudged
    )
    return Health(
        parts=parts,
        unjudged=tuple(s for s in Signal if s in unjudged and rules[s].on),
        kept=sum(part.kept for part in parts),
        total=sum(part.weight for part in parts),
    )


def _unjudged(deal: OpenDeal, large: int | None) -> set[Signal]:
    missing = {
        Signal.NOT_COMMITTED: large is None,
        Signal.STALLED: deal.norm.days is None,
        Signal.TOO_SOON: deal.norm.quickest is None,
        Signal.AMOUNT_FELL: deal.cents is None,
    }
    return {signal for signal, is_missing in missing.items() if is_missing}


def fall(amounts: Mapping[str, int], *, now: int | None, currency: str) -> int:
    """Return by how many whole percent an amount lies below the highest in its currency.

    ``amounts`` are the highest cents by currency. 0 where it never was higher, or is not known.
    """
    top = amounts.get(currency, 0)
    return 0 if now is None or top <= now else 100 * (top - now) // top
