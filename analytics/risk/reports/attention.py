"""What needs attention now, and why in words: open deals and people, each with its reasons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from analytics.context.reports import ReportView
from analytics.risk.enums import Signal
from analytics.risk.metrics.attention import THRESHOLDS, DealPrompt, PersonPrompt, deal_prompts
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
from analytics.risk.reports.inputs import RiskInputs, judged_deals, risk_inputs
from kit.display import day as day_words
from kit.display import days
from org.access import local_day, organisation_settings
from pipeline.deals.models import Deal, DealVersion
from pipeline.enums import Status


@dataclass(frozen=True, slots=True)
class Attention:
    """The prompts, most urgent first. ``large`` is the amount in cents a deal counts as large from.

    ``looked_at`` deals were judged; ``capped`` says that there are smaller ones besides.
    ``undated`` open deals without a close date are so many that they are told in one line; 0
    where they stand among the others.
    """

    deals: Sequence[DealPrompt]
    people: Sequence[PersonPrompt]
    large: int | None
    inputs: RiskInputs
    looked_at: int
    capped: bool
    undated: int = 0


def open_deals(
    report_view: ReportView,
    *,
    inputs: RiskInputs,
    owners: Collection[int],
    due_by: date | None = None,
    gone: Collection[int] = (),
    undated: bool = True,
    most: int = THRESHOLDS.deals_looked_at,
) -> list[OpenDeal]:
    """Return the open deals of a report view that the viewer may see, the largest first.

    ``owners`` are those whose deals the viewer may see, ``gone`` those of them who have left.
    Those without a close date only if ``undated``, or if their owner has left. With ``due_by``
    only deals that should close before that day, have no close date, or whose owner has left. At
    most one more than ``most``: they are found in the index before the rest is read.
    """
    order = (F("amount_base").desc(nulls_last=True), "deal")
    largest = report_view.versions(report_view.open).filter(owner__in=owners).order_by(*order)
    due = Q(expected_close_on__lt=due_by) if due_by else Q(expected_close_on__isnull=False)
    if undated:
        due = due | Q(expected_close_on__isnull=True) if due_by else Q()
    if due:
        largest = largest.filter(due | Q(owner__in=gone) if gone else due)
    rows = DealVersion.objects.as_of(report_view.moment).filter(
        deal__in=largest.values("deal")[: most + 1]
    )
    return judged_deals(
        rows.order_by(*order).visible_to(report_view.viewer),
        moment=report_view.moment,
        day_of=report_view.calendar.day,
        inputs=inputs,
        gone=gone,
    )


def risk_inputs_of(report_view: ReportView) -> RiskInputs:
    """Return what deals were judged by at the report view's moment."""
    return risk_inputs(moment=report_view.moment, day=report_view.day)


def large_amount(quota: int | None, rules: Rules) -> int | None:
    """Return the cents from which a deal is large for a quota; None without one."""
    share = rules[Signal.NOT_COMMITTED].limit
    return None if quota is None or share is None else quota * share // 100


def grouped_undated(undated: int) -> int:
    """Return the number of deals without a close date if it is told in one line, else 0."""
    return undated if undated >= THRESHOLDS.undated_alike else 0


def attention(
    report_view: ReportView,
    *,
    people: Sequence[PersonPrompt],
    quota: int | None,
    owners: Collection[int],
    gone: Collection[int],
    undated: int,
) -> Attention:
    """Return what needs attention; ``people`` were judged by their standing already."""
    alike = grouped_undated(undated)
    due_by = report_view.period.period.end
    inputs = risk_inputs_of(report_view)
    found = open_deals(
        report_view, inputs=inputs, owners=owners, due_by=due_by, gone=gone, undated=not alike
    )
    large = large_amount(quota, inputs.rules)
    judged = found[: THRESHOLDS.deals_looked_at]
    return Attention(
        deals=deal_prompts(judged, day=report_view.day, large=large, rules=inputs.rules),
        people=people,
        large=large,
        inputs=inputs,
        looked_at=len(judged),
        capped=len(found) > len(judged),
        undated=alike,
    )


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
    return f"won deals needed {half_up_days(norm.median)} to {norm.days}"


def basis_words(rule: Any) -> str:
    """Return where the threshold of a rule is from."""
    if rule.learnt_from is None:
        return "Set by hand"
    return f"Learnt from {rule.learnt_from:,} won deals"


def waiting_words(deal: OpenDeal, *, day: date) -> str:
    """Return until when a deal waits; "" where it does not."""
    return f"On hold until {day_words(deal.wait_until)}" if deal.waits(day) else ""


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
