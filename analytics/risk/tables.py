"""Columns of risk set-up and of the data-quality list."""

from django.urls import reverse

from analytics.risk.enums import SIGNAL_LABELS, Signal
from analytics.risk.metrics.hygiene import REMEDY_LABELS, STATE_LABELS, Remedy
from analytics.risk.metrics.risk import RECORD_GAPS
from analytics.risk.reports.hygiene import DataQualityIssue
from analytics.risk.reports.records import gap_words
from analytics.risk.reports.words import UNITS, reason_words
from kit.money import from_cents
from kit.tables import Column


def issue_words(issue: DataQualityIssue) -> str:
    """Return which rule the deal breaks, and by what."""
    if issue.signal in RECORD_GAPS:
        return gap_words(issue.signal, issue.record)
    return reason_words(issue.signal, issue.deal, day=issue.day)


def deal_href(issue: DataQualityIssue) -> str:
    return reverse("analytics:deal", args=[issue.deal.deal])


BREACHES = [
    Column(key="deal", label="Deal", value=lambda b: b.deal.name, href=deal_href),
    Column(key="owner", label="Owner"),
    Column(
        key="amount",
        label="Amount",
        kind="money",
        value=lambda b: None if b.deal.cents is None else from_cents(b.deal.cents),
    ),
    Column(key="signal", label="Rule", value=lambda b: SIGNAL_LABELS[b.signal]),
    Column(key="breach", label="What is wrong", value=issue_words),
    Column(key="state", label="Where it stands", value=lambda b: STATE_LABELS[b.state]),
    Column(
        key="remedy",
        label="Decided",
        value=lambda b: REMEDY_LABELS[Remedy(b.decision.remedy)] if b.decision else None,
    ),
    Column(
        key="due_on", label="Until", kind="day", value=lambda b: b.decision and b.decision.due_on
    ),
    Column(key="reason", label="Why", value=lambda b: b.decision and b.decision.reason),
    Column(
        key="by", label="By", value=lambda b: str(b.decision.decided_by) if b.decision else None
    ),
]
OWNERS = [
    Column(key="name", label="Person"),
    Column(key="deals", label="Open deals", kind="count", value=lambda row: row.deals.deals),
    Column(
        key="clean",
        label="Clean",
        kind="count",
        value=lambda row: row.deals.clean,
        note="Open deals that break no rule, or are justified as they are.",
    ),
    Column(
        key="share",
        label="Share",
        kind="percent",
        value=lambda row: row.deals.share,
        note="Clean / open deals; left out where there are too few to say.",
    ),
]


NORMS = [
    Column(key="stage", label="Stage", value=lambda row: row.stage),
    Column(
        key="deals",
        label="Won deals",
        kind="count",
        value=lambda row: row.norm.deals,
        note="Won within two years that stood in the stage.",
    ),
    Column(key="median", label="Median", kind="days", value=lambda row: row.norm.median),
    Column(
        key="p75",
        label="Three quarters",
        kind="days",
        value=lambda row: row.norm.p75,
        note="Three quarters of the won deals left the stage within so many days.",
    ),
    Column(
        key="fewest",
        label="Fewest to won",
        kind="days",
        value=lambda row: row.norm.fewest,
        note="From entering the stage to being won, the quickest.",
    ),
    Column(key="expected", label="Set by hand", kind="days", value=lambda row: row.norm.expected),
    Column(
        key="used",
        label="Measured by",
        value=lambda row: row.used,
        note="From fewer than 10 won deals, the days of the stage's set-up are used.",
    ),
]


def _limit(row: object) -> str:
    limit: int | None = getattr(row, "limit", None)
    return "" if limit is None else f"{limit:,} {UNITS[Signal(row.signal)]}"  # type: ignore[attr-defined]


HISTORY = [
    Column(key="signal", label="Signal", value=lambda row: row.get_signal_display()),
    Column(key="on", label="Judged", value=lambda row: "Yes" if row.is_on else "No"),
    Column(key="limit", label="Threshold", value=_limit),
    Column(
        key="basis",
        label="Basis",
        value=lambda row: (
            "Set by hand"
            if row.learnt_from is None
            else f"Learnt from {row.learnt_from:,} won deals"
        ),
    ),
    Column(key="weight", label="Weight", kind="count", value=lambda row: row.weight),
    Column(key="set_at", label="Since", kind="moment", value=lambda row: row.set_at),
    Column(
        key="set_by",
        label="By",
        value=lambda row: row.set_by.full_name if row.set_by else "No person",
    ),
]
