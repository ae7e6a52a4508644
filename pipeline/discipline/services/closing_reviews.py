"""Writing down what was learnt from how a deal closed."""

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from org import audit
from org.models.people import Person
from pipeline import rules
from pipeline.deals.models import Deal
from pipeline.discipline.models import ClosingReview
from pipeline.enums import Status
from pipeline.stages.models import Competitor

FIELDS = ("decided_by", "learnt", "competitor", "asked", "reviewed_on")


@transaction.atomic
def review_closing(
    deal: Deal,
    *,
    by: Person,
    today: date,
    decided_by: str,
    reviewed_on: date,
    learnt: str = "",
    competitor: Competitor | None = None,
    asked: str = "",
) -> ClosingReview:
    """Write the review of the deal's closing, or replace it; the log keeps what it said."""
    subject = Deal.objects.select_for_update(no_key=True, of=("self",)).get(pk=deal.pk)
    if not rules.can_edit_deal(by, subject):
        raise PermissionDenied("The owner and the managers above review a closing.")
    if subject.status == Status.OPEN:
        raise ValidationError("The deal is open: there is no closing to review.")
    if reviewed_on > today:
        raise ValidationError({"reviewed_on": "A review cannot lie in the future."})
    given = (decided_by.strip(), learnt.strip(), competitor, asked.strip(), reviewed_on)
    wanted: dict[str, Any] = dict(zip(FIELDS, given, strict=True))
    if not wanted["decided_by"]:
        raise ValidationError({"decided_by": "Say what decided it."})
    known = ClosingReview.objects.filter(deal=subject, closed_at=subject.stage_entered_at)
    row = known.select_related("competitor").first()
    before = {name: getattr(row, name) if row else None for name in FIELDS}
    if row is None:
        row = ClosingReview(deal=subject, closed_at=subject.stage_entered_at, status=subject.status)
    if changes := {
        name: (before[name], new) for name, new in wanted.items() if before[name] != new
    }:
        for name, value in wanted.items():
            setattr(row, name, value)
        row.written_by = by
        row.clean_fields(exclude=["deal", "competitor", "written_by", "written_at"])
        row.save()
        audit.record(by, "deal.review_closing", subject, changes=changes)
    return row
