"""Signals in words: why a deal is at risk, and by what it was measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import (
    RISKS,
    SOON_DAYS,
    Health,
    OpenDeal,
    Rules,
    deal_reasons,
    health,
)
from analytics.risk.metrics.stage_norms import Norm, half_up_days
from analytics.risk.reports.inputs import judged_deals, risk_inputs
from kit.display import day as day_words
from kit.display import days
from org.access import local_day
from org.settings_cache import organisation_settings
from pipeline.deals.models.deals import Deal, DealVersion
from pipeline.enums import Status

# What a threshold counts; "" for a signal that either holds or does not.
UNITS = {
    Signal.CLOSE_PASSED: "days past",
    Signal.NOT_COMMITTED: "% of the quota looked at",
    Signal.STEP_OVERDUE: "days past",
    Signal.STALLED: "% of the stage's norm",
    Signal.QUIET: "days without a call, e-mail or meeting",
    Signal.PUSHED: "moves to a later day",
    Signal.TOO_SOON: "% of the fewest days ever",
    Signal.WENT_BACK: "days for which a return counts",
    Signal.AMOUNT_FELL: "% below its highest",
    Signal.SINGLE_CONTACT: "contacts are enough",
    Signal.NO_DECISION_MAKER: "days old before one is missed",
}
MEANINGS = {
    Signal.OWNER_LEFT: "The owner is no longer here and nobody has the deal yet.",
    Signal.CLOSE_PASSED: "The expected close lies in the past.",
    Signal.NOT_COMMITTED: "A large deal should close within "
    f"{SOON_DAYS} days and is not in commit. Only pages that look at a quota call a deal large.",
    Signal.STEP_OVERDUE: "The day of the next step is past.",
    Signal.STALLED: "No progress: longer in its stage than won deals needed there. "
    "Activity does not help it.",
    Signal.QUIET: "No touch: nobody has reached the customer, whatever stage it is in.",
    Signal.PUSHED: "The expected close was moved to a later day again and again.",
    Signal.TOO_SOON: "Should close in a shorter time from entering its stage than any won deal.",
    Signal.WENT_BACK: "It stood in a later stage not long ago.",
    Signal.AMOUNT_FELL: "The amount lies below the highest it ever was, in its own currency.",
    Signal.SINGLE_CONTACT: "Everything rests on too few contacts who took part in an activity.",
    Signal.NO_DECISION_MAKER: "No economic buyer or champion took part in a meeting, a call or an "
    "e-mail that came back.",
    Signal.NO_CLOSE_DATE: "Nobody has said when it should close.",
    Signal.NO_STEP: "Nobody has said what to do next.",
    Signal.EXIT_MISSING: "Stands past a stage whose exit asks for a field or an evidence that the "
    "deal does not have, as imported deals may.",
    Signal.NO_AMOUNT: "The amount is blank or nothing.",
    Signal.NO_CONTACT: "Nobody of the customer is named on the deal or took part in an activity.",
}


def reason_words(signal: Signal, deal: OpenDeal, *, day: date) -> str:
    """Return why a deal is at risk on ``day``, with the figure that says so."""
    return {
        Signal.OWNER_LEFT: "Owner has left: give it to somebody",
        Signal.CLOSE_PASSED: f"Close date passed: {day_words(deal.close_on)}",
        Signal.NOT_COMMITTED: f"Large, closes {day_words(deal.close_on)} and not in commit",
        Signal.STEP_OVERDUE: f"Next step was due {day_words(deal.next_step_on)}",
        Signal.STALLED: f"In {deal.stage} for {days(deal.stage_days)}, {norm_words(deal.norm)}",
        Signal.QUIET: f"No activity {'for' if deal.touched else 'since its creation,'} "
        f"{days(deal.quiet_days)}",
        Signal.PUSHED: f"Pushed {deal.moves.pushes} times, first {day_words(deal.moves.original)}",
        Signal.TOO_SOON: f"Planned to close {days(deal.planned_days(day))} after entering "
        f"{deal.stage}; no won deal needed fewer than {days(deal.norm.quickest)}",
        Signal.WENT_BACK: f"Went back from {deal.back_from} to {deal.stage}",
        Signal.AMOUNT_FELL: f"Amount is {deal.fell} % below its highest",
        Signal.SINGLE_CONTACT: "Rests on one contact"
        if deal.people == 1
        else f"Rests on {deal.people} contacts",
        Signal.NO_DECISION_MAKER: "No economic buyer or champion engaged",
        Signal.NO_CLOSE_DATE: "No close date",
        Signal.NO_STEP: "No next step",
    }[signal]


def norm_words(norm: Norm) -> str:
    """Return what a stage's days are measured by: learnt from won deals, or set by hand."""
    if norm.days is None:
        return "no norm yet"
    if not norm.is_learnt:
        return f"expected {norm.days}"
    return f"won deals {half_up_days(norm.median)} to {norm.days}"


def basis_words(rule: Any) -> str:
    """Return where the threshold of a rule is from."""
    if rule.learnt_from is None:
        return "Set by hand"
    return f"Learnt from {rule.learnt_from:,} won deals"


def waiting_words(deal: OpenDeal, *, day: date) -> str:
    """Return until when a deal waits; "" where it does not."""
    return f"Waiting until {day_words(deal.wait_until)}" if deal.waits(day) else ""


def threshold_words(rules: Rules) -> list[str]:
    """Return the signals that are on, each with its threshold."""
    found = []
    for signal in RISKS:
        rule = rules[signal]
        if rule.on:
            learnt = ", learnt from won deals" if rule.learnt_from is not None else ""
            limit = f" From {rule.limit} {UNITS[signal]} on{learnt}." if rule.limit else ""
            found.append(f"{MEANINGS[signal]}{limit}")
    return found


@dataclass(frozen=True, slots=True)
class HealthLine:
    """A part of the health: the points kept of its weight, and why they are lost."""

    label: str
    kept: int
    weight: int
    reason: str


@dataclass(frozen=True, slots=True)
class DealRisk:
    """An open deal's risk. ``lines`` are the parts of its health, the lost ones first."""

    health: Health
    lines: Sequence[HealthLine]
    unjudged: Sequence[str]
    waiting: str
    norm: str
    is_stalled: bool

    @property
    def lost(self) -> Sequence[HealthLine]:
        return [line for line in self.lines if line.reason]


def deal_risk(deal: Deal, *, now: datetime, today: date) -> DealRisk | None:
    """Return the risk of a deal that its viewer may see, in two statements; None if not open."""
    if deal.status != Status.OPEN or deal.archived_at is not None:
        return None
    zone = organisation_settings().time_zone
    inputs = risk_inputs(moment=now, day=today)
    left_on = deal.owner.left_on
    found = judged_deals(
        DealVersion.objects.as_of(now).filter(deal=deal.pk),
        moment=now,
        day_of=lambda moment: local_day(moment, time_zone=zone),
        inputs=inputs,
        gone=[deal.owner_id] if left_on is not None and left_on <= today else [],
    )
    if not found:
        return None
    (subject,) = found
    reasons = deal_reasons(subject, day=today, large=None, rules=inputs.rules)
    points = health(subject, day=today, large=None, rules=inputs.rules)
    lines = [
        HealthLine(
            part.signal.label,
            part.kept,
            part.weight,
            reason_words(part.signal, subject, day=today) if part.signal in reasons else "",
        )
        for part in points.parts
    ]
    return DealRisk(
        health=points,
        lines=sorted(lines, key=lambda line: not line.reason),
        unjudged=[signal.label for signal in points.unjudged],
        waiting=waiting_words(subject, day=today),
        norm=norm_words(subject.norm),
        is_stalled=Signal.STALLED in reasons,
    )
