"""Marking a pipeline as reviewed, and keeping the views that people return to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from analytics.review.enums import ViewPage
from analytics.review.models import PipelineReview, SavedView
from org import access, audit
from org.models.people import Person
from org.models.teams import Team
from org.services.guard import refused_as

REFUSALS = {
    "saved_view_name_unique": ("name", "You have a view of this list with that name."),
    "saved_view_named": ("name", "Give the view a name."),
}


@transaction.atomic
def mark_reviewed(
    *,
    by: Person,
    subject: Mapping[str, Any],
    at: datetime,
    submission: UUID,
    pipeline: int | None = None,
) -> PipelineReview:
    """Remember that a person went through a pipeline as it was at a moment.

    ``subject`` is whose, as the columns of a review hold it; ``pipeline`` is the one of several
    that was gone through, None for all. A ``submission`` that was sent
    before leaves one review.
    """
    if not access.sells(by):
        raise PermissionDenied("Only people who sell review a pipeline.")
    review, made = PipelineReview.objects.get_or_create(
        submission=submission,
        defaults={"reviewer": by, "reviewed_at": at, "pipeline_id": pipeline, **subject},
    )
    if made:
        audit.record(by, "pipeline.review", review)
    return review


def save_view(
    *, by: Person, page: ViewPage, name: str, query: str, team: Team | None = None
) -> SavedView:
    """Keep the filter of a list under a name, for oneself or shared with a team.

    A name that the person already gave to a view of this list replaces that view's filter, so
    that saving twice leaves one view. Raises ValidationError and PermissionDenied.
    """
    if not access.sells(by):
        raise PermissionDenied("Only people who sell keep views.")
    if team is not None and team.pk not in access.shared_team_ids(by):
        raise ValidationError({"team": "You can share with your own teams."})
    name = name.strip()
    with transaction.atomic(), refused_as(REFUSALS):
        found = SavedView.objects.select_for_update().live().filter(owner=by, page=page)
        view = found.filter(name__iexact=name).first() or SavedView(owner=by, page=page)
        before = {"query": view.query, "team": view.team}
        view.name, view.query, view.team = name, query, team
        view.full_clean(validate_unique=False, validate_constraints=False)
        view.save()
        changes = {"query": (before["query"], query), "team": (before["team"], team)}
        audit.record(by, "view.save", view, changes=changes)
    return view


@transaction.atomic
def archive_view(view: SavedView, *, by: Person, at: datetime) -> SavedView:
    """Take a view away from everybody who had it; only its owner may."""
    if view.owner_id != by.pk:
        raise PermissionDenied("Only its owner may remove a view.")
    if view.archived_at is None:
        view.archived_at = at
        view.save(update_fields=["archived_at"])
        audit.record(by, "view.archive", view)
    return view
