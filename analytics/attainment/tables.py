"""The columns of the quotas that a quota is the sum of."""

from django.urls import reverse

from analytics.attainment.reports.quota_sources import Source
from kit.money import from_cents
from kit.tables import Column


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
    return reverse("org:quota-history", args=whose)


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
