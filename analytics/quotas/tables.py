"""The columns of the history of quotas, and of those that a figure's quota is made of."""

from decimal import Decimal

from django.urls import reverse

from analytics.quotas.reports.sources import Source
from kit.display import count, money_exact
from kit.money import from_cents
from kit.tables import Column
from org.enums import MEASURE_LABELS, Measure
from org.models.quotas import Quota


def _words(target: Decimal | None, measure: str) -> str | None:
    if target is None:
        return None
    return money_exact(target) if measure == Measure.BOOKINGS else count(target)


def _from(quota: Quota) -> str | None:
    return _words(getattr(quota, "before", None), quota.measure)


def _to(quota: Quota) -> str:
    return _words(quota.target, quota.measure) or "Withdrawn"


VERSIONS = [
    Column("set_at", "When", "moment", sort="set_at"),
    Column("period", "Period", value="period.label", sort="period__start_on"),
    Column(
        "measure", "Of", value=lambda quota: MEASURE_LABELS[Measure(quota.measure)], sort="measure"
    ),
    Column("before", "From", value=_from, align="end"),
    Column("target", "To", value=_to, sort="target", align="end"),
    Column("reason", "Why"),
    Column(
        "set_by",
        "Who",
        value=lambda q: str(q.set_by) if q.set_by else "The system",
        sort="set_by__full_name",
    ),
]


def _whose(source: Source) -> str:
    if source.subject is not None:
        return source.name
    one = source.hidden == 1
    return "1 that you may not see" if one else f"{source.hidden} that you may not see"


def _history(source: Source) -> str | None:
    """Return the page of every version of the quota."""
    if source.subject is None:
        return None
    whose = [str(source.subject.kind), source.subject.pk]
    return reverse("analytics:quota-history", args=whose)


SOURCES = [
    Column("name", "Whose", value=_whose, href=_history),
    Column("period", "Set for"),
    Column(
        "quota",
        "Quota",
        "money_exact",
        lambda source: from_cents(source.cents),
        href=_history,
        note="As far as it counts here: a mover's months may count for two teams.",
    ),
]
