"""The won deals that count for somebody as an overlay."""

from urllib.parse import urlencode

from django.urls import reverse

from analytics.attainment.reports.ledger import Ledger, Transfer
from analytics.context.reports.report_view import ReportView
from org.enums import SubjectKind


def overlays(report_view: ReportView, *, person: int | None = None) -> list[Transfer]:
    """Return the overlay credit of a look for deals won in the period, or that of one person in it.

    Name: Overlay credit
    Formula: sum of (the deal's amount x the overlay's percent), each rounded half up
    Unit: money
    Placed by: the day of the closing
    Credited to: the people whom the split in force at the moment names, and their team of the day
    Left out: deals without an amount; it is in no bookings, attainment or total
    Source: own, as is usual for specialists and leads who help to win what others own
    """
    ledger = Ledger(report_view.period.period, report_view.moment, report_view.calendar)
    return [
        each
        for each in ledger.transfers
        if each.overlay and person in (None, each.person) and each.counts_for(report_view.scope)
    ]


def overlay_url(report_view: ReportView, *, person: int | None = None) -> str:
    """Return the address of the deals behind a look's overlay credit, or one person's in it."""
    subject = report_view.scope.subject
    named = {SubjectKind.PERSON: "person", SubjectKind.TERRITORY: "territory"}.get(subject.kind)
    subject_filter = {named: subject.pk} if named else {"team": report_view.scope.key}
    figure = "overlay.all" if person is None else f"overlay.{person}"
    given = {
        **subject_filter,
        "period": report_view.period.pk,
        "as_of": report_view.as_of,
        "figure": figure,
    }
    query = urlencode({key: value for key, value in given.items() if value is not None})
    return f"{reverse('analytics:metric-rows')}?{query}"
