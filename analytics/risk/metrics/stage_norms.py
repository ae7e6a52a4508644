"""Stage norms and suggested thresholds from won deals. Pure."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from analytics.attainment.metrics import quantile
from analytics.context.metrics import FEWEST_CASES
from analytics.risk.enums import Signal
from pipeline.deals.metrics import days_by_stage


@dataclass(frozen=True, slots=True)
class DateMoves:
    """``pushes`` are moves to a later day, ``slips`` those of them out of the period it stood in.

    ``days`` is how much later than first promised the deal is expected now: None without both
    days, negative where it came forward.
    """

    pushes: int = 0
    slips: int = 0
    original: date | None = None
    days: int | None = None


def date_moves(
    closes: Iterable[date | None], *, period_of: Callable[[date], Hashable]
) -> DateMoves:
    """Return the moves of an expected close that stood at ``closes``, one after the other.

    A day that is taken away and set again later than before is a push too: None in between
    counts for nothing. ``period_of`` says which fiscal period a day lies in.
    """
    known = [day for day in closes if day is not None]
    later = [(a, b) for a, b in pairwise(known) if b > a]
    return DateMoves(
        pushes=len(later),
        slips=sum(period_of(a) != period_of(b) for a, b in later),
        original=known[0] if known else None,
        days=(known[-1] - known[0]).days if known else None,
    )


MEDIAN, P75 = Decimal("0.5"), Decimal("0.75")


@dataclass(frozen=True, slots=True)
class Norm:
    """Days that won deals stood in a stage, and the fewest from entering it to being won.

    ``deals`` won ones were learnt from; below 10 they say nothing, and ``expected``, which the
    set-up of the stage states, stands in for them.
    """

    deals: int = 0
    median: Decimal | None = None
    p75: Decimal | None = None
    fewest: int | None = None
    expected: int | None = None

    @property
    def is_learnt(self) -> bool:
        return self.deals >= FEWEST_CASES and self.p75 is not None

    @property
    def days(self) -> int | None:
        """The days that a deal is measured by: the upper quartile, else those set by hand."""
        return half_up_days(self.p75) if self.is_learnt else self.expected

    @property
    def quickest(self) -> int | None:
        """The fewest days from entering the stage to being won; None from too few deals."""
        return self.fewest if self.is_learnt else None


NO_NORM = Norm()


@dataclass(frozen=True, slots=True)
class StageSpan:
    """How a deal stood for a while: in which stage, at what amount, expected to close when."""

    stage: int
    start: datetime
    end: datetime
    close_on: date | None
    cents: int | None
    currency: str


@dataclass(frozen=True, slots=True)
class WonDeal:
    """What a won deal teaches, of the time while it was open.

    ``days`` are whole days by stage, ``to_won`` those from first entering a stage to being won.
    """

    days: Mapping[int, int]
    to_won: Mapping[int, int]
    pushes: int
    fell: int
    silence: int
    people: int


@dataclass(frozen=True, slots=True)
class Learnt:
    """A threshold as won deals suggest it; ``limit`` None where they are too few to say."""

    deals: int
    limit: int | None


# Which share of won deals stayed within a threshold, and what it is learnt from.
SHARES = {
    Signal.STALLED: Decimal("0.9"),
    Signal.QUIET: Decimal("0.9"),
    Signal.PUSHED: Decimal("0.9"),
    Signal.AMOUNT_FELL: Decimal("0.9"),
    Signal.SINGLE_CONTACT: Decimal("0.25"),
}


def won_deal(
    spans: Sequence[StageSpan], *, touches: Iterable[datetime], people: int, won_at: datetime
) -> WonDeal:
    """Return what a deal teaches that was won at ``won_at``, from how it was while open."""
    stays = [(span.stage, span.start, span.end) for span in spans]
    tops: dict[str, int] = {}
    fell = 0
    for span in spans:
        if span.cents is not None:
            tops[span.currency] = top = max(tops.get(span.currency, 0), span.cents)
            fell = max(fell, 100 * (top - span.cents) // top if top else 0)
    first: dict[int, datetime] = {}
    for span in spans:
        first.setdefault(span.stage, span.start)
    return WonDeal(
        days={stage: int(days) for stage, days in days_by_stage(stays, until=won_at).items()},
        to_won={stage: (won_at - start).days for stage, start in first.items()},
        pushes=date_moves((span.close_on for span in spans), period_of=lambda day: day).pushes,
        fell=fell,
        silence=longest_silence(spans[0].start, touches, won_at) if spans else 0,
        people=people,
    )


def longest_silence(start: datetime, touches: Iterable[datetime], end: datetime) -> int:
    """Return the most whole days that passed between two touches, or before the first or last."""
    known = [start, *sorted(touch for touch in touches if start < touch < end), end]
    return max((later - earlier).days for earlier, later in pairwise(known))


def stage_norms(deals: Iterable[WonDeal]) -> dict[int, Norm]:
    """Return the norm of each stage that won deals stood in: median and p75 of days, fewest."""
    days: dict[int, Counter[int]] = {}
    fewest: dict[int, int] = {}
    for deal in deals:
        for stage, stood in deal.days.items():
            days.setdefault(stage, Counter())[stood] += 1
        for stage, until in deal.to_won.items():
            fewest[stage] = min(until, fewest.get(stage, until))
    return {
        stage: Norm(
            deals=table.total(),
            median=quantile(table, MEDIAN),
            p75=quantile(table, P75),
            fewest=fewest.get(stage),
        )
        for stage, table in days.items()
    }


def learnt_limits(deals: Sequence[WonDeal], norms: Mapping[int, Norm]) -> dict[Signal, Learnt]:
    """Return the threshold of each signal within which nearly all won deals stayed.

    A deal is marked from the threshold on, so it lies one above what nine tenths of the won
    deals reached; of contacts it is what three quarters of them had. Withheld below 10 deals.
    """
    tables = {
        Signal.STALLED: Counter(
            share for deal in deals if (share := _of_the_norm(deal, norms)) is not None
        ),
        Signal.QUIET: Counter(deal.silence for deal in deals),
        Signal.PUSHED: Counter(deal.pushes for deal in deals),
        Signal.AMOUNT_FELL: Counter(deal.fell for deal in deals),
        Signal.SINGLE_CONTACT: Counter(deal.people for deal in deals if deal.people),
    }
    return {signal: _learnt(signal, table) for signal, table in tables.items()}


def _learnt(signal: Signal, table: Counter[int]) -> Learnt:
    cases = table.total()
    found = quantile(table, SHARES[signal]) if cases >= FEWEST_CASES else None
    if found is None:
        return Learnt(cases, None)
    if signal is Signal.SINGLE_CONTACT:
        return Learnt(cases, max(2, half_up_days(found) or 0))
    return Learnt(cases, int(found) + 1)


def _of_the_norm(deal: WonDeal, norms: Mapping[int, Norm]) -> int | None:
    """Return the most that a deal was in a stage, in percent of the stage's upper quartile."""
    shares = [
        int(100 * days / usual) for stage, days in deal.days.items() if (usual := norms[stage].p75)
    ]
    return max(shares, default=None)


def half_up_days(days: Decimal | None) -> int | None:
    """Return days rounded half up to whole ones."""
    return None if days is None else int(days.quantize(Decimal(1), rounding=ROUND_HALF_UP))
