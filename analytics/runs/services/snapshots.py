"""What a recompute run stores of attainment. Safe to run twice: keyed upserts.

The open pipeline of any day is read from the deals' history, so it is not stored again.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db.models import Model, UniqueConstraint

from analytics.attainment.metrics import Attainment
from analytics.runs.models import AttainmentSnapshot, RecomputeRun
from kit.money import from_cents
from org.enums import Measure, SubjectKind
from org.metrics import Subject

BATCH = 2000


def subject_columns(subject: Subject) -> dict[str, int | None]:
    """Return the person and the team of a stored figure; neither for everyone together."""
    return {
        "person_id": subject.pk if subject.kind is SubjectKind.PERSON else None,
        "team_id": subject.pk if subject.kind is SubjectKind.TEAM else None,
    }


def upsert(rows: Sequence[Model]) -> int:
    """Write rows, those there already by their model's unique constraint anew; return how many."""
    if rows:
        meta = rows[0]._meta  # noqa: SLF001 -- Django documents it
        (key,) = (each.fields for each in meta.constraints if isinstance(each, UniqueConstraint))
        type(rows[0])._default_manager.bulk_create(  # noqa: SLF001 -- same
            rows,
            batch_size=BATCH,
            update_conflicts=True,
            unique_fields=key,
            update_fields=[
                field.name
                for field in meta.concrete_fields
                if not field.primary_key and field.name not in key
            ],
        )
    return len(rows)


def store_attainment(run: RecomputeRun, found: Iterable[Attainment]) -> int:
    """Store attainments as of the run's moment; return how many rows there are."""
    return upsert([_attainment_row(run, attainment) for attainment in found])


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
