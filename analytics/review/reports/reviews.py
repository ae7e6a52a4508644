"""When a person last reviewed a pipeline, and the views that they can return to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from analytics.context.reports.scope import Scope
from analytics.review.enums import ViewPage
from analytics.review.models import PipelineReview, SavedView
from org.enums import SubjectKind
from org.metrics.quotas import Subject
from org.models.people import Person

NAMED = {
    SubjectKind.TEAM: "team_id",
    SubjectKind.PERSON: "person_id",
    SubjectKind.TERRITORY: "territory_id",
}


def subject_columns(subject: Subject) -> dict[str, Any]:
    """Return a subject as the columns of a review hold it."""
    named: dict[str, int | None] = dict.fromkeys(NAMED.values())
    if (column := NAMED.get(subject.kind)) is not None:
        named[column] = subject.pk
    return {"kind": subject.kind, **named}


def last_review(
    viewer: Person, scope: Scope, *, pipeline: int | None, before: datetime
) -> datetime | None:
    """Return when the viewer last reviewed the scope before a moment; None if never.

    A review of all pipelines together and one of a single pipeline are two things.
    """
    rows = PipelineReview.objects.visible_to(viewer).filter(
        **subject_columns(scope.subject), pipeline=pipeline, reviewed_at__lt=before
    )
    return rows.values_list("reviewed_at", flat=True).first()


def saved_views(
    viewer: Person, page: ViewPage, *, shared: set[int] | None = None
) -> Sequence[SavedView]:
    """Return the views of a list that the viewer kept or that were shared with them.

    ``shared`` are the teams of ``access.shared_team_ids``, where the caller has them.
    """
    rows = SavedView.objects.visible_to(viewer, shared=shared).live().filter(page=page)
    return list(rows.select_related("owner", "team"))
