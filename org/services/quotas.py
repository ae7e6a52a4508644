"""Quotas: each change is a new version with its reason; old versions stay readable."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from kit.money import half_up
from org import audit, rules
from org.enums import MEASURE_LABELS, Measure
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team
from org.models.territories import Territory

Subject = Person | Team | Territory
LARGEST = Decimal("999999999999.99")


@dataclass(frozen=True, slots=True)
class QuotaTarget:
    """What a subject shall reach: reporting currency or a number of things; None withdraws it."""

    subject: Subject
    measure: str
    period: FiscalPeriod
    target: Decimal | None


@transaction.atomic
def set_quota(
    *,
    by: Person | None,
    subject: Subject,
    measure: str,
    period: FiscalPeriod,
    target: Decimal | None,
    reason: str,
    at: datetime,
) -> Quota | None:
    """Add a version of a quota and return it; a target equal to the present one adds nothing and
    returns the present version, or None where there is none.

    Raises ValidationError naming "target", "reason" or "measure", and PermissionDenied for one's
    own quota and for those of people who are not below ``by``.
    """
    target_ = QuotaTarget(subject=subject, measure=measure, period=period, target=target)
    added = set_quotas(by=by, targets=[target_], reason=reason, at=at)
    return added[0] if added else _present([target_]).get(_key(target_))


@transaction.atomic
def set_quotas(
    *, by: Person | None, targets: Iterable[QuotaTarget], reason: str, at: datetime
) -> list[Quota]:
    """Add a version for each target that differs from the present one, or, on a refusal, none.

    The present one is the newest, whatever its time: who asked a moment earlier may have waited
    while another saved. The added version is then the later one all the same.
    """
    wanted = list(targets)
    for subject in {_column(item.subject): item.subject for item in wanted}.values():
        _require_right(by, subject)
    cleaned = [(item, _clean(item)) for item in wanted]
    if not reason.strip():
        raise ValidationError({"reason": "Say why: the reason is kept with the quota."})
    if len(reason.strip()) > 500:
        raise ValidationError({"reason": "Keep the reason under 500 characters."})
    _queue_up(wanted)
    present = _present(wanted)
    added = []
    for item, target in cleaned:
        before = present.get(_key(item))
        if target != (before.target if before else None):
            added.append(_add(item, target, before, by=by, reason=reason.strip(), at=at))
    return added


@transaction.atomic
def save_grid(
    *, by: Person | None, targets: Iterable[QuotaTarget], seen: int, reason: str, at: datetime
) -> list[Quota]:
    """Add versions for the targets that were changed on a page whose newest version was ``seen``.

    Targets left as the page showed them stay as they are, whatever happened to them since. One
    that somebody else changed in the meantime is refused with both values, and nothing is saved.
    """
    wanted = list(targets)
    _queue_up(wanted)
    shown, present = _present(wanted, newest=seen), _present(wanted)
    changed, clashes = [], []
    for item in wanted:
        before, now = shown.get(_key(item)), present.get(_key(item))
        target = _clean(item)
        if target == (before.target if before else None):
            continue
        changed.append(item)
        if now is not None and now != before and now.target != target:
            clashes.append(_clash(item, target, now))
    if clashes:
        raise ValidationError({"target": clashes})
    return set_quotas(by=by, targets=changed, reason=reason, at=at)


def _clash(item: QuotaTarget, target: Decimal | None, now: Quota) -> str:
    who = now.set_by or "An import"
    return (
        f"{item.subject}, {item.period.label}: {who} has set it to {now.target or 'nothing'} since "
        f"you opened the page, and you typed {target or 'nothing'}. Open the page anew to see all."
    )


def _queue_up(targets: list[QuotaTarget]) -> None:
    """Put those who save at once in a row, so that the second is compared with the first."""
    periods = {item.period.pk for item in targets}
    list(FiscalPeriod.objects.select_for_update(no_key=True).filter(pk__in=periods).order_by("pk"))


def _add(
    item: QuotaTarget,
    target: Decimal | None,
    before: Quota | None,
    *,
    by: Person | None,
    reason: str,
    at: datetime,
) -> Quota:
    column, _ = _column(item.subject)
    set_at = at if before is None else max(at, before.set_at + timedelta(microseconds=1))
    quota = Quota.objects.create(
        **{column: item.subject},
        measure=item.measure,
        period=item.period,
        target=target,
        reason=reason,
        set_by=by,
        set_at=set_at,
    )
    audit.record(
        by,
        "quota.set",
        quota,
        changes={"target": (before.target if before else None, target)},
        reason=reason,
        label=f"{item.subject}: {MEASURE_LABELS[Measure(item.measure)]}, {item.period.label}",
    )
    return quota


def _require_right(by: Person | None, subject: Subject) -> None:
    if by is None:
        return
    if isinstance(subject, Person):
        if by.pk == subject.pk:
            raise PermissionDenied("Nobody sets their own quota.")
        allowed = rules.can_set_quota_of(by, subject)
    elif isinstance(subject, Team):
        allowed = rules.can_set_quota_of_team(by, subject)
    else:
        allowed = rules.can_administer(by)
    if not allowed:
        raise PermissionDenied(f"You may not set the quota of {subject}.")


def _clean(item: QuotaTarget) -> Decimal | None:
    """Return the target as it is stored, or raise ValidationError saying what is wrong with it."""
    if item.measure not in {str(measure) for measure in Measure}:
        raise ValidationError({"measure": f"“{item.measure}” is not a measure."})
    target = item.target
    if target is None:
        return None
    where = f"{item.subject}, {item.period.label}: "
    if not target.is_finite() or target <= 0:
        raise ValidationError(
            {"target": f"{where}a quota is greater than zero. Leave it empty to withdraw it."}
        )
    if target > LARGEST:
        raise ValidationError({"target": f"{where}that is more than can be stored."})
    if item.measure != Measure.BOOKINGS and target != target.to_integral_value():
        raise ValidationError({"target": f"{where}a number of things is a whole number."})
    if half_up(target) != target:
        raise ValidationError({"target": f"{where}money has two decimals at most."})
    return half_up(target)


def _column(subject: Subject) -> tuple[str, int]:
    return type(subject).__name__.lower(), subject.pk


def _key(item: QuotaTarget) -> tuple[str, int, str, int]:
    return *_column(item.subject), item.measure, item.period.pk


def _present(
    targets: list[QuotaTarget], *, newest: int | None = None
) -> dict[tuple[str, int, str, int], Quota]:
    """Return the newest versions, or those that were it when ``newest`` was the newest of all."""
    periods = {item.period.pk for item in targets}
    measures = {item.measure for item in targets}
    kept = Quota.objects.filter(period__in=periods, measure__in=measures)
    rows: Any = (kept if newest is None else kept.filter(pk__lte=newest)).newest()
    return {
        (column, getattr(row, f"{column}_id"), row.measure, row.period_id): row
        for row in rows
        for column in ("person", "team", "territory")
        if getattr(row, f"{column}_id") is not None
    }
