"""Columns of risk set-up and of the data-quality list."""

from django.urls import reverse

from analytics.risk.metrics.hygiene import Remedy
from analytics.risk.metrics.risk import RECORD_GAPS
from analytics.risk.reports.attention import UNITS, basis_words, reason_words
from analytics.risk.reports.hygiene import DataQualityIssue, gap_words
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
    Column("deal", "Deal", value="deal.name", href=deal_href),
    Column("owner", "Owner"),
    Column(
        "amount",
        "Amount",
        "money",
        lambda b: None if b.deal.cents is None else from_cents(b.deal.cents),
    ),
    Column("signal", "Rule", value="signal.label"),
    Column("breach", "What is wrong", value=issue_words),
    Column("state", "Where it stands", value="state.label"),
    Column(
        "remedy", "Decided", value=lambda b: Remedy(b.decision.remedy).label if b.decision else None
    ),
    Column("due_on", "Until", "day", "decision.due_on"),
    Column("reason", "Why", value="decision.reason"),
    Column("by", "By", value=lambda b: str(b.decision.decided_by) if b.decision else None),
]
OWNERS = [
    Column("name", "Person"),
    Column("deals", "Open deals", "count", "deals.deals"),
    Column(
        "clean",
        "Clean",
        "count",
        "deals.clean",
        note="Open deals that break no rule, or are justified as they are.",
    ),
    Column(
        "share",
        "Share",
        "percent",
        "deals.share",
        note="Clean / open deals; left out where there are too few to say.",
    ),
]


NORMS = [
    Column("stage", "Stage"),
    Column(
        "deals",
        "Won deals",
        "count",
        "norm.deals",
        note="Won within two years that stood in the stage.",
    ),
    Column("median", "Median", "days", "norm.median"),
    Column(
        "p75",
        "Three quarters",
        "days",
        "norm.p75",
        note="Three quarters of the won deals left the stage within so many days.",
    ),
    Column(
        "fewest",
        "Fewest to won",
        "days",
        "norm.fewest",
        note="From entering the stage to being won, the quickest.",
    ),
    Column("expected", "Set by hand", "days", "norm.expected"),
    Column(
        "used",
        "Measured by",
        note="From fewer than 10 won deals, the days of the stage's set-up are used.",
    ),
]


def _limit(row: object) -> str:
    limit: int | None = getattr(row, "limit", None)
    return "" if limit is None else f"{limit:,} {UNITS[row.signal]}"  # type: ignore[attr-defined]


HISTORY = [
    Column("signal", "Signal", value="get_signal_display"),
    Column("on", "Judged", value=lambda row: "Yes" if row.is_on else "No"),
    Column("limit", "Threshold", value=_limit),
    Column("basis", "Basis", value=basis_words),
    Column("weight", "Weight", "count"),
    Column("set_at", "Since", "moment"),
    Column("set_by", "By", value=lambda row: row.set_by.full_name if row.set_by else "No person"),
]
