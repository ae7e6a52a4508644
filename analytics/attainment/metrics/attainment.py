"""What was reached of a quota, and who contributed what. Pure arithmetic on cents and counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from org.enums import Measure
from org.metrics.quotas import ResolvedQuota, Subject


@dataclass(frozen=True, slots=True)
class Credit:
    """What counts for one person within a subject: ``actual`` in cents, or a number of cases.

    ``cases`` are the deals or activities behind it; ``unpriced`` of them are won deals without
    an amount, which add nothing to ``actual`` and are told apart from deals worth nothing. A deal
    whose credit is parted is one case, its owner's. ``overlay`` are the cents of overlay shares,
    which no total of bookings holds.
    """

    person: int
    actual: int
    cases: int
    unpriced: int = 0
    overlay: int = 0


@dataclass(frozen=True, slots=True)
class Attainment:
    """Bookings, or another measure, of a subject in a period beside its quota.

    ``actual`` is exact, in cents for bookings and a number for counts, and is by construction
    the sum of its people's credits. ``target`` is None where no quota is set.
    """

    subject: Subject
    measure: Measure
    period_id: int
    actual: int
    target: ResolvedQuota | None
    credits: tuple[Credit, ...]

    def __post_init__(self) -> None:
        if sum(credit.actual for credit in self.credits) != self.actual:
            raise ValueError(f"the credits of {self.subject} do not add up to {self.actual}")
        if self.target is not None and self.target.amount <= 0:
            raise ValueError(f"a quota is greater than zero, not {self.target.amount}")

    @property
    def quota(self) -> int | None:
        """The target in cents or cases; None where none is set."""
        return self.target.amount if self.target else None

    @property
    def share(self) -> Decimal | None:
        """Actual as a fraction of the quota; see ``attainment_share``."""
        return attainment_share(self.actual, self.quota)

    @property
    def gap(self) -> int | None:
        """What is missing to the quota; see ``gap_to_quota``."""
        return gap_to_quota(self.actual, self.quota)

    @property
    def unpriced(self) -> int:
        return sum(credit.unpriced for credit in self.credits)

    @property
    def cases(self) -> int:
        return sum(credit.cases for credit in self.credits)

    @property
    def overlay(self) -> int:
        """Cents of overlay shares, beside ``actual`` and not in it."""
        return sum(credit.overlay for credit in self.credits)


def attained(
    subject: Subject,
    *,
    measure: Measure,
    period_id: int,
    target: ResolvedQuota | None,
    credits: Sequence[Credit],
) -> Attainment:
    """Return the attainment that these credits make."""
    return Attainment(
        subject=subject,
        measure=measure,
        period_id=period_id,
        actual=sum(credit.actual for credit in credits),
        target=target,
        credits=tuple(credits),
    )


def merged(credits: Iterable[Credit]) -> tuple[Credit, ...]:
    """Return one credit for each person, in the order of their ids."""
    found: dict[int, list[Credit]] = {}
    for credit in credits:
        found.setdefault(credit.person, []).append(credit)
    return tuple(summed(found[person], person=person) for person in sorted(found))


def summed(credits: Iterable[Credit], *, person: int = 0) -> Credit:
    """Return the credits as one, of ``person``; 0 where they are of several."""
    rows = list(credits)
    return Credit(
        person,
        sum(row.actual for row in rows),
        sum(row.cases for row in rows),
        sum(row.unpriced for row in rows),
        sum(row.overlay for row in rows),
    )


def attainment_share(actual: int, quota: int | None) -> Decimal | None:
    """Return ``actual / quota`` as a fraction, not capped: 1.4 is 140 %.

    Both in cents, or both in cases. None without a quota, since nothing can be reached of
    nothing; never zero in its place. Quotas are greater than zero.
    """
    return None if not quota else Decimal(actual) / Decimal(quota)


def gap_to_quota(actual: int, quota: int | None) -> int | None:
    """Return ``quota - actual`` in the unit of both: negative once the quota is exceeded.

    None without a quota.
    """
    return None if quota is None else quota - actual
