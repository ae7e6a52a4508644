from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from analytics.review.enums import ViewPage
from analytics.review.models import PipelineReview, SavedView
from analytics.review.services import archive_view, mark_reviewed, save_view
from org.enums import SubjectKind
from org.models.audit import AuditEntry

NOW = datetime(2026, 4, 20, 15, 0, tzinfo=UTC)


def kept(by, name="Mine", **fields):
    return save_view(by=by, page=ViewPage.DEALS, name=name, query="q=lamp", **fields)


def test_who_does_not_sell_reviews_nothing_and_keeps_no_view(sales_team):
    with pytest.raises(PermissionDenied, match="review a pipeline"):
        mark_reviewed(
            by=sales_team.rex, subject={"kind": SubjectKind.EVERYONE}, at=NOW, submission=uuid4()
        )
    with pytest.raises(PermissionDenied, match="keep views"):
        kept(sales_team.rex)

    assert not PipelineReview.objects.exists()
    assert not SavedView.objects.exists()


def test_a_review_sent_twice_is_one(sales_team):
    once, subject = uuid4(), {"kind": SubjectKind.TEAM, "team": sales_team.north}

    first, second = (
        mark_reviewed(by=sales_team.mia, subject=subject, at=NOW, submission=once) for _ in range(2)
    )

    assert first == second
    assert AuditEntry.objects.get().action == "pipeline.review"


def test_a_view_is_shared_with_the_owners_teams_only(sales_team):
    with pytest.raises(ValidationError) as refusal:
        kept(sales_team.rita, team=sales_team.south)

    assert refusal.value.message_dict == {"team": ["You can share with your own teams."]}
    assert not SavedView.objects.exists()
    assert kept(sales_team.rita, team=sales_team.north).team == sales_team.north


def test_only_the_owner_removes_a_view_and_once(sales_team):
    view = kept(sales_team.rita, team=sales_team.north)

    with pytest.raises(PermissionDenied):
        archive_view(view, by=sales_team.mia, at=NOW)
    for _ in range(2):
        archive_view(view, by=sales_team.rita, at=NOW)

    view.refresh_from_db()
    assert view.archived_at == NOW
    assert AuditEntry.objects.filter(action="view.archive").count() == 1
