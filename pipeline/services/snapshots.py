"""What a recompute run stores of attainment and open pipeline. Safe to run twice: keyed upserts."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from kit.money import from_cents
from org.enums import Measure
from pipeline.enums import SubjectKind
from pipeline.metrics.attainment import Attainment, Subject
from pipeline.models.deals import Deal
from pipeline.models.recompute import AttainmentSnapshot, PipelineSnapshot, RecomputeRun

SUBJECT = ["run", "person", "team"]
BATCH = 2000


def subject_columns(subject: Subject) -> dict[str, int | None]:
    """Return the person and the team of a stored figure; neither for everyone together."""
    return {
        "person_id": subject.pk if subject.kind is SubjectKind.PERSON else None,
        "team_id": subject.pk if subject.kind is SubjectKind.TEAM else None,
    }


def store_attainment(run: RecomputeRun, found: Iterable[Attainment]) -> int:
    """Store attainments as of the run's moment; return how many rows there are."""
    rows = [_attainment_row(run, attainment) for attainment in found]
    AttainmentSnapshot.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[*SUBJECT, "period", "measure"],
        update_fields=["actual", "target", "target_complete", "cases", "unpriced"],
    )
    return len(rows)


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
        **subject_columns(found.subject),
    )


def _in_units(number: int, measure: Measure) -> Decimal:
    """Return cents as money, and a number of cases as it is."""
    return from_cents(number) if measure == Measure.BOOKINGS else Decimal(number)


def store_pipeline(
    run: RecomputeRun,
    *,
    people: Collection[int] = (),
    team: int | None = None,
    members: Collection[int] = (),
    everyone: bool = False,
) -> int:
    """Store the open deals as of the run's moment, by stage and category; return how many rows.

    They are those of each of ``people``, those of the ``members`` of ``team`` and of the teams
    below it, and all of them for ``everyone``. A deal belongs to its owner of that moment.
    """
    deals = Deal.objects.as_of(run.moment).open()
    rows = _rows(run, deals.filter(owner__in=people), "owner")
    if team is not None:
        rows += _rows(run, deals.filter(owner__in=members), team=team)
    if everyone:
        rows += _rows(run, deals)
    PipelineSnapshot.objects.bulk_create(
        rows,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=[*SUBJECT, "stage", "category"],
        update_fields=["deals", "unpriced", "amount"],
    )
    return len(rows)


def _rows(
    run: RecomputeRun, deals: QuerySet, *owner: str, team: int | None = None
) -> list[PipelineSnapshot]:
    counted = (
        deals.order_by()
        .values(*owner, "stage", "category")
        .annotate(
            deals=Count("pk"),
            unpriced=Count("pk", filter=Q(amount_base__isnull=True)),
            amount=Sum("amount_base", default=0),
        )
    )
    return [
        PipelineSnapshot(
            run=run,
            person_id=row.get("owner"),
            team_id=team,
            stage_id=row["stage"],
            category=row["category"],
            deals=row["deals"],
            unpriced=row["unpriced"],
            amount=row["amount"],
        )
        for row in counted
    ]
