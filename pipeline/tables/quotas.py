"""The columns of the history of quotas."""

from decimal import Decimal

from kit.display import count, money_exact
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
    Column(key="set_at", label="When", kind="moment"),
    Column(key="period", label="Period", value=lambda quota: quota.period.label),
    Column(key="measure", label="Of", value=lambda quota: MEASURE_LABELS[Measure(quota.measure)]),
    Column(key="before", label="From", value=_from, align="end"),
    Column(key="target", label="To", value=_to, align="end"),
    Column(key="reason", label="Why"),
    Column(key="set_by", label="Who", value=lambda q: str(q.set_by) if q.set_by else "The system"),
]
