"""Quotas: staged rows against the quotas that hold; each difference becomes a new version."""

import json
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import PermissionDenied

from imports.engine.comparing import RowOutcome, fill_found_from
from imports.enums import ImportSubject, RowAction
from imports.models import ImportRow, ImportRun, ImportStagedRow
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team
from org.models.territories import Territory
from org.services import quotas as quota_service

SUBJECTS: dict[str, type[Person] | type[Team] | type[Territory]] = {
    ImportSubject.PERSON: Person,
    ImportSubject.TEAM: Team,
    ImportSubject.TERRITORY: Territory,
}


def compare(run: ImportRun, *, now: datetime) -> None:
    """Find what becomes of each staged quota. Its target is the quota version that holds now."""
    present = {
        (name, getattr(quota, f"{name}_id"), quota.measure, quota.period_id): quota
        for quota in Quota.objects.as_of(now)
        for name in map(str, SUBJECTS)
        if getattr(quota, f"{name}_id") is not None
    }
    first: dict[str, ImportStagedRow] = {}
    found = []
    for row in ImportStagedRow.objects.filter(run=run).order_by("row"):
        above = first.setdefault(row.key, row)
        if above is not row:
            same = above.data["target"] == row.data["target"]
            reason = (
                "" if same else f"Row {above.row} sets the same quota to {above.data['target']}."
            )
            found.append(
                RowOutcome(row.row, RowAction.PART if same else RowAction.REFUSE, reason=reason)
            )
            continue
        found.append(_judge(run, row, present))
    fill_found_from(found)


def _judge(
    run: ImportRun, row: ImportStagedRow, present: dict[tuple[str, int, str, int], Quota]
) -> RowOutcome:
    data = row.data
    if data["subject"] == ImportSubject.PERSON and data["subject_id"] == (
        run.started_by_id or run.created_by_id
    ):
        return RowOutcome(row.row, RowAction.REFUSE, reason="Nobody sets their own quota.")
    quota = present.get((data["subject"], data["subject_id"], data["measure"], data["period_id"]))
    before = quota.target if quota else None
    if before == Decimal(data["target"]):
        return RowOutcome(row.row, RowAction.LEAVE, quota.pk if quota else None)
    if before is None:
        return RowOutcome(row.row, RowAction.CREATE)
    changes = {"target": [str(before), data["target"]]}
    return RowOutcome(row.row, RowAction.CHANGE, quota.pk if quota else None, json.dumps(changes))


def apply(run: ImportRun, *, by: Person | None, reason: str, now: datetime) -> None:
    """Set the quotas; each row of the run then names the version it added."""
    rows = list(ImportRow.objects.filter(run=run, action__in=[RowAction.CREATE, RowAction.CHANGE]))
    staged = {row.row: row.data for row in ImportStagedRow.objects.filter(run=run)}
    for row in rows:
        data = staged[row.row]
        quota = quota_service.set_quota(
            by=by,
            subject=SUBJECTS[data["subject"]].objects.get(pk=data["subject_id"]),
            measure=data["measure"],
            period=FiscalPeriod.objects.get(pk=data["period_id"]),
            target=Decimal(data["target"]),
            reason=data["reason"] or reason,
            at=now,
        )
        if quota is None:
            raise PermissionDenied("A quota of the plan was not set.")
        before = row.changes["target"][0] if row.changes else None
        row.target, row.changes = quota.pk, {"target": [before, data["target"]]}
    ImportRow.objects.bulk_update(rows, ["target", "changes"])


def undo(run: ImportRun, *, by: Person | None, now: datetime) -> list[str]:
    """Set each quota back to what held before, unless it was set anew since; say which stay."""
    kept = []
    for row in ImportRow.objects.filter(run=run).order_by("row"):
        quota = Quota.objects.select_related("person", "team", "territory", "period").get(
            pk=row.target or 0
        )
        subject = quota.person or quota.team or quota.territory
        if subject is None:
            raise ValueError(f"quota {quota.pk} is nobody's")
        holding = Quota.objects.filter(
            person=quota.person,
            team=quota.team,
            territory=quota.territory,
            measure=quota.measure,
            period=quota.period,
        ).order_by("-set_at", "-pk")
        if holding[0].pk != quota.pk:
            kept.append(f"{subject}, {quota.period}: set anew since, so it stays.")
            continue
        before = (row.changes or {})["target"][0]
        quota_service.set_quota(
            by=by,
            subject=subject,
            measure=quota.measure,
            period=quota.period,
            target=Decimal(before) if before else None,
            reason=f"Import {run.pk} undone",
            at=now,
        )
    return kept
