"""What needs the manager now: open deals and people, each with its reasons."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q

from analytics.context.reports.report_view import ReportView
from analytics.risk.enums import Signal
from analytics.risk.metrics.attention import THRESHOLDS, DealPrompt, PersonPrompt, deal_prompts
from analytics.risk.metrics.risk import OpenDeal, Rules
from analytics.risk.reports.inputs import RiskInputs, judged_deals, risk_inputs
from pipeline.deals.models.deals import DealVersion


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
