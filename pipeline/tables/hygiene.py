"""The columns of the download of the hygiene worklist."""

from django.urls import reverse

from kit.money import from_cents
from kit.tables import Column
from pipeline.enums import SIGNAL_LABELS
from pipeline.metrics.hygiene import REMEDY_LABELS, STATE_LABELS, Remedy
from pipeline.metrics.risk import RECORD_GAPS
from pipeline.reports.hygiene import Breach
from pipeline.reports.records import gap_words
from pipeline.reports.risk_words import reason_words


def breach_words(breach: Breach) -> str:
    """Return which rule the deal breaks, and by what."""
    if breach.signal in RECORD_GAPS:
        return gap_words(breach.signal, breach.record)
    return reason_words(breach.signal, breach.deal, day=breach.day)


def deal_href(breach: Breach) -> str:
    return reverse("pipeline:deal", args=[breach.deal.deal])


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
    Column(key="breach", label="What is wrong", value=breach_words),
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
