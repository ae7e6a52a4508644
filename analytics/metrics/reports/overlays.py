"""The won deals that count for somebody as an overlay."""

from urllib.parse import urlencode

from django.urls import reverse

from analytics.attainment.reports.ledger import Ledger, Transfer
from analytics.context.reports.look import Look
from org.enums import SubjectKind


def overlays(look: Look, *, person: int | None = None) -> list[Transfer]:
    """Return the overlay credit of a look for deals won in the period, or that of one person in it.

    Name: Overlay credit
    Formula: sum of (the deal's amount x the overlay's percent), each rounded half up
    Unit: money
    Placed by: the day of the closing
    Credited to: the people whom the split in force at the moment names, and their team of the day
    Left out: deals without an amount; it is in no bookings, attainment or total
    Source: own, as is usual for specialists and leads who help to win what others own
    """
    ledger = Ledger(look.period.period, look.moment, look.calendar)
    return [
        each
        for each in ledger.transfers
        if each.overlay and person in (None, each.person) and each.counts_for(look.scope)
    ]


def overlay_url(look: Look, *, person: int | None = None) -> str:
    """Return the address of the deals behind a look's overlay credit, or one person's in it."""
    subject = look.scope.subject
    named = {SubjectKind.PERSON: "person", SubjectKind.TERRITORY: "territory"}.get(subject.kind)
    whose = {named: subject.pk} if named else {"team": look.scope.key}
    figure = "overlay.all" if person is None else f"overlay.{person}"
    given = {**whose, "period": look.period.pk, "as_of": look.as_of, "figure": figure}
    query = urlencode({key: value for key, value in given.items() if value is not None})
    return f"{reverse('analytics:metric-rows')}?{query}"
