"""Logging with what comes next, and many activities at once."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from org.models.people import Person
from pipeline.activities.models import Activity
from pipeline.activities.services.activities import log_activity, made_before
from pipeline.deals.models.deals import Deal
from pipeline.lifecycle.services import edit_deal


@transaction.atomic
def log_and_plan(
    *,
    by: Person,
    now: datetime,
    source: str,
    submission: UUID,
    next_step: str = "",
    next_step_on: date | None = None,
    **activity: Any,
) -> Activity:
    """Log an activity and write the deal's next step with it; both or neither.

    A ``submission`` that was there before changes nothing: somebody may have planned otherwise
    since. Without a step the deal keeps the one it has; with one, the day is that of the new.
    """
    if made := made_before(submission, by):
        return made
    deal: Deal | None = activity.get("deal")
    if next_step_on and not next_step:
        raise ValidationError({"next_step": "Say what is to be done on that day."})
    if next_step and deal is None:
        raise ValidationError({"next_step": "A next step stands on a deal: name the deal too."})
    logged = log_activity(by=by, now=now, submission=submission, **activity)
    if next_step and deal:
        # Locked, so that nobody else's edit comes between the look and the write.
        current = Deal.objects.select_for_update(of=("self",)).get(pk=deal.pk)
        steps = {"next_step": next_step, "next_step_on": next_step_on}
        edit_deal(current, by=by, source=source, version=current.version, changes=steps)
    return logged


class RefusedRowsError(Exception):
    """Some of many activities cannot be logged, so none was. ``errors`` are by their number."""

    def __init__(self, errors: Mapping[int, ValidationError]) -> None:
        super().__init__(f"{len(errors)} rows are refused")
        self.errors = dict(errors)


@transaction.atomic
def log_many(
    rows: Mapping[int, Mapping[str, Any]], *, by: Person, now: datetime
) -> dict[int, Activity]:
    """Log many activities, given by number; all of them or, by RefusedRowsError, none.

    Each row's ``submission`` logs it once, however often the rows are sent.
    """
    logged, errors = {}, {}
    for number, row in rows.items():
        try:
            logged[number] = log_activity(by=by, now=now, **row)
        except ValidationError as error:
            errors[number] = error
    if errors:
        raise RefusedRowsError(errors)
    return logged
