"""Closed deals with and without a review of their closing."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from analytics.context.reports import ReportView
from kit.tables import Page, paginate
from pipeline.discipline.models import ClosingReview


@dataclass(frozen=True, slots=True)
class Closings:
    """The closed deals of a period that the viewer may open: all, and how many are reviewed."""

    closed: int
    reviewed: int
    page: Page


def closings_of(report_view: ReportView, *, reviewed: bool | None, number: int) -> Closings:
    """Return the deals closed in the period, newest first, or those with or without a review."""
    deals = report_view.closed.rows(moment=report_view.moment, day=report_view.day).visible_to(
        report_view.viewer
    )
    rows: Any = with_review(deals)
    closed, done = rows.count(), rows.filter(has_review=True).count()
    if reviewed is not None:
        rows = rows.filter(has_review=reviewed)
    rows = rows.with_loss().select_related("owner", "stage", "competitor")
    return Closings(closed, done, paginate(rows.order_by("-closed_on", "-pk"), number=number))


def with_review(rows: QuerySet) -> QuerySet:
    """Add whether the closing of each deal is reviewed, and what decided it."""
    found = ClosingReview.objects.filter(
        deal=OuterRef("pk"), closed_at=OuterRef("stage_entered_at")
    )
    return rows.annotate(
        has_review=Exists(found), decided_by=Subquery(found.values("decided_by")[:1])
    )
