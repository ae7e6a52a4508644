"""Which open deals and people need the manager now, each with its reasons. Most urgent first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import RULES, SOON_DAYS, OpenDeal, Rules, deal_reasons


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What is worth a manager's attention, besides the deals' own signals; printed on the page."""

    quiet_days: int = 14
    behind_pace: Decimal = Decimal("0.8")
    deals_looked_at: int = 300
    deals_shown: int = 10
    deals_per_person: int = 3
    undated_alike: int = 20


THRESHOLDS = Thresholds()


class PersonReason(StrEnum):
    """Why a person needs attention, the most urgent first."""

    BEHIND = "behind"
    QUIET = "quiet"
    NO_QUOTA = "no_quota"


@dataclass(frozen=True, slots=True)
class DealPrompt:
    """A deal that needs attention; ``reasons`` in the order of urgency."""

    deal: OpenDeal
    reasons: tuple[Signal, ...]


@dataclass(frozen=True, slots=True)
class PersonStatus:
    """How a person stands: cents or None where undefined; ``quiet_days`` None without activity."""

    person: int
    quota: int | None
    actual: int
    expected: int | None
    quiet_days: int | None


@dataclass(frozen=True, slots=True)
class PersonPrompt:
    """A person who needs attention; ``reasons`` in the order of urgency."""

    standing: PersonStatus
    reasons: tuple[PersonReason, ...]


DEAL_URGENCY = {reason: place for place, reason in enumerate(Signal)}
PERSON_URGENCY = {reason: place for place, reason in enumerate(PersonReason)}


def deal_prompts(
    deals: Iterable[OpenDeal], *, day: date, large: int | None, rules: Rules = RULES
) -> Sequence[DealPrompt]:
    """Return the deals that need attention, the most urgent and then the largest first.

    One line for each deal, and not more than a handful for each owner; a deal whose only fault
    is a missing next step comes last.
    """
    found = [
        DealPrompt(deal, deal_reasons(deal, day=day, large=large, rules=rules)) for deal in deals
    ]
    ranked = sorted((prompt for prompt in found if prompt.reasons), key=_deal_rank)
    kept: list[DealPrompt] = []
    per_owner: dict[int, int] = {}
    for prompt in ranked:
        taken = per_owner.get(prompt.deal.owner, 0)
        if taken < THRESHOLDS.deals_per_person:
            per_owner[prompt.deal.owner] = taken + 1
            kept.append(prompt)
    return kept[: THRESHOLDS.deals_shown]


class NextUp(StrEnum):
    """What an open deal asks of its owner, the most pressing first."""

    STEP_OVERDUE = "step_overdue"
    CLOSE_PASSED = "close_passed"
    STEP_TODAY = "step_today"
    CLOSES_SOON = "closes_soon"
    NO_STEP = "no_step"
    STEP_AHEAD = "step_ahead"


NEXT_UP_URGENCY = {ask: place for place, ask in enumerate(NextUp)}


@dataclass(frozen=True, slots=True)
class ToDo:
    """An open deal with what it asks for, the day that this was or is due, and what is wrong."""

    deal: OpenDeal
    ask: NextUp
    due_on: date | None
    reasons: tuple[Signal, ...] = ()


def next_up(deal: OpenDeal, *, day: date) -> ToDo:
    """Return what a deal asks of its owner on ``day``: one thing, the most pressing."""
    soon = day + timedelta(days=SOON_DAYS)
    step, close = deal.next_step_on, deal.close_on
    if step is not None and step < day:
        return ToDo(deal, NextUp.STEP_OVERDUE, step)
    if close is not None and close < day:
        return ToDo(deal, NextUp.CLOSE_PASSED, close)
    if step == day:
        return ToDo(deal, NextUp.STEP_TODAY, step)
    if close is not None and close < soon:
        return ToDo(deal, NextUp.CLOSES_SOON, close)
    if not deal.next_step:
        return ToDo(deal, NextUp.NO_STEP, close)
    return ToDo(deal, NextUp.STEP_AHEAD, step or close)


def to_do_list(
    deals: Iterable[OpenDeal], *, day: date, large: int | None = None, rules: Rules = RULES
) -> Sequence[ToDo]:
    """Return open deals by what to do next, with the same reasons as on a team's list.

    The most urgent reason first, a step that is due today behind those overdue; then what has
    no reason, the earliest first.
    """
    found = [
        replace(
            next_up(deal, day=day), reasons=deal_reasons(deal, day=day, large=large, rules=rules)
        )
        for deal in deals
    ]
    return sorted(found, key=_to_do_rank)


def person_prompts(standings: Iterable[PersonStatus]) -> Sequence[PersonPrompt]:
    """Return the people who need attention: one line each, the most urgent first."""
    found = [PersonPrompt(standing, person_reasons(standing)) for standing in standings]
    return sorted((prompt for prompt in found if prompt.reasons), key=_person_rank)


def person_reasons(standing: PersonStatus) -> tuple[PersonReason, ...]:
    """Return why the person needs attention, the most urgent reason first.

    Far behind means below ``behind_pace`` of what is expected by now at the seasonal pace. Where
    that is not defined, nobody is called behind.
    """
    expected, quiet = standing.expected, standing.quiet_days
    holds = {
        PersonReason.BEHIND: bool(expected)
        and standing.actual < THRESHOLDS.behind_pace * (expected or 0),
        PersonReason.QUIET: quiet is None or quiet >= THRESHOLDS.quiet_days,
        PersonReason.NO_QUOTA: standing.quota is None,
    }
    return tuple(reason for reason in PersonReason if holds[reason])


def _deal_rank(prompt: DealPrompt) -> tuple[int, int, int, int]:
    return (
        DEAL_URGENCY[prompt.reasons[0]],
        -len(prompt.reasons),
        -(prompt.deal.cents or 0),
        prompt.deal.deal,
    )


def _person_rank(prompt: PersonPrompt) -> tuple[int, int, int]:
    standing = prompt.standing
    missing = (standing.expected or 0) - standing.actual
    return (PERSON_URGENCY[prompt.reasons[0]], -missing, standing.person)


def _to_do_rank(todo: ToDo) -> tuple[int, int, date, int, int]:
    return (
        min(_urgency(todo)),
        -len(todo.reasons),
        todo.due_on or date.max,
        -(todo.deal.cents or 0),
        todo.deal.deal,
    )


def _urgency(todo: ToDo) -> list[int]:
    """Return the places of all that a deal asks for: reasons at even ones, the others between."""
    after = 2 * len(Signal)
    places = [2 * DEAL_URGENCY[reason] for reason in todo.reasons[:1]]
    if todo.ask is NextUp.STEP_TODAY:
        return [*places, 2 * DEAL_URGENCY[Signal.STEP_OVERDUE] + 1]
    return places or [after + NEXT_UP_URGENCY[todo.ask]]
