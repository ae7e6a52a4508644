"""What a recompute run stores of attainment. Safe to run twice: keyed upserts.

The open pipeline of any day is read from the deals' history, so it is not stored again.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Manager

from analytics.attainment.metrics.attainment import Attainment
from analytics.runs.models import AttainmentSnapshot, RecomputeRun
from kit.money import from_cents
from org.enums import Measure, SubjectKind
from org.metrics.quotas import Subject

BATCH = 2000


def subject_columns(subject: Subject) -> dict[str, int | None]:
    """Return the person and the team of a stored figure; neither for everyone together."""
    return {
        "person_id": subject.pk if subject.kind is SubjectKind.PERSON else None,
        "team_id": subject.pk if subject.kind is SubjectKind.TEAM else None,
    }


def upsert(table: Manager, rows: list, *, key: list[str], columns: list[str]) -> int:
    """Write rows, those there already by their ``key`` anew; return how many."""
    table.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=key, update_fields=columns
    )
    return len(rows)


def store_attainment(run: RecomputeRun, found: Iterable[Attainment]) -> int:
    """Store attainments as of the run's moment; return how many rows there are."""
    return upsert(
        AttainmentSnapshot.objects,
        [_attainment_row(run, attainment) for attainment in found],
        key=["run", "person", "team", "period", "measure"],
        columns=["actual", "target", "target_complete", "cases", "unpriced", "overlay"],
    )


def _attainment_row(run: RecomputeRun, found: Attainment) -> AttainmentSnapshot:
    return AttainmentSnapshot(
        run=run,
        period_id=found.period_id,
        measure=found.measure,
        actual=_in_units(found.actual, found.measure),
        target=None if found.quota is None else _in_units(found.quota, found.measure),
        target_complete=found.target is None or found.target.complete,
        cases=found.cases,
        unpriced=found.unpriced,
        overlay=from_cents(found.overlay),
        **subject_columns(found.subject),
    )


def _in_units(number: int, measure: Measure) -> Decimal:
    """Return cents as money, and a number of cases as it is."""
    return from_cents(number) if measure == Measure.BOOKINGS else Decimal(number)
