"""What puts a deal at risk today, for its page: each signal in words and the health they leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from analytics.risk.enums import SIGNAL_LABELS, Signal
from analytics.risk.metrics.risk import Health, deal_reasons, health
from analytics.risk.reports.inputs import judged_deals
from analytics.risk.reports.rules import risk_inputs
from analytics.risk.reports.words import norm_words, reason_words, waiting_words
from org.access import local_day
from org.settings_cache import organisation_settings
from pipeline.deals.models.deals import Deal, DealVersion
from pipeline.enums import Status


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
            SIGNAL_LABELS[part.signal],
            part.kept,
            part.weight,
            reason_words(part.signal, subject, day=today) if part.signal in reasons else "",
        )
        for part in points.parts
    ]
    return DealRisk(
        health=points,
        lines=sorted(lines, key=lambda line: not line.reason),
        unjudged=[SIGNAL_LABELS[signal] for signal in points.unjudged],
        waiting=waiting_words(subject, day=today),
        norm=norm_words(subject.norm),
        is_stalled=Signal.STALLED in reasons,
    )
