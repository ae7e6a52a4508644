"""The open deals of a scope that break a rule, and what was decided about each."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from analytics.attainment.reports.attainment import roster_of
from analytics.context.reports.look import Look
from analytics.context.reports.one_state import one_state
from analytics.risk.enums import Signal
from analytics.risk.metrics.hygiene import (
    USUAL_DAYS,
    Clean,
    Record,
    Remedy,
    State,
    clean_of,
    record_gaps,
    state_of,
    untold,
)
from analytics.risk.metrics.risk import OpenDeal, deal_reasons
from analytics.risk.models import Disposition
from analytics.risk.reports.attention import ground_of, open_deals
from analytics.risk.reports.records import records_of
from kit.periods import Period

# The largest of a scope; what is smaller is looked at team by team, or person by person.
DEALS_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule that an open deal breaks, with the newest decision about it and where that stands."""

    deal: OpenDeal
    owner: str
    signal: Signal
    record: Record
    decision: Disposition | None
    state: State
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnersDeals:
    """How many of the open deals of a person break no rule."""

    person: int
    name: str
    deals: Clean


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """All issues of a scope, what waits longest first, and how clean its deals are.

    ``capped``: the scope has more open deals, smaller than those looked at.
    """

    look: Look
    breaches: Sequence[Breach]
    whole: Clean
    owners: Sequence[OwnersDeals]
    capped: bool

    @property
    def by_signal(self) -> Mapping[Signal, int]:
        """The number of issues of each rule."""
        return Counter(breach.signal for breach in self.breaches)

    @property
    def by_state(self) -> Mapping[State, int]:
        return Counter(breach.state for breach in self.breaches)

    def narrowed(self, *, signal: str, state: str) -> list[Breach]:
        """Return the issues of a rule, of a state, or of both; "" is any."""
        return [
            breach
            for breach in self.breaches
            if signal in {"", breach.signal} and state in {"", breach.state}
        ]

    def by_deal(self, *, signal: str, state: str) -> list[list[Breach]]:
        """Return the narrowed issues by deal, in the order of the first of each deal."""
        found: dict[int, list[Breach]] = {}
        for breach in self.narrowed(signal=signal, state=state):
            found.setdefault(breach.deal.deal, []).append(breach)
        return list(found.values())


@one_state()
def worklist(look: Look) -> Worklist:
    """Return what of the open deals that the viewer may see breaks a rule, as of the report view.

    A breach is a signal that holds, by the rules in force: the same reasons as on the dashboard
    and the review, and what the record lacks besides.
    """
    people = roster_of(look.period, look.moment, look.calendar, viewer=look.viewer).people
    ground = ground_of(look)
    found = open_deals(
        look,
        ground=ground,
        owners=[pk for pk, person in people.items() if person.shown],
        gone=[pk for pk, person in people.items() if person.gone_by(look.day)],
        most=DEALS_LOOKED_AT,
    )
    deals = found[:DEALS_LOOKED_AT]
    decided = {
        (row.deal_id, row.signal): row
        for row in Disposition.objects.visible_to(look.viewer)
        .filter(deal__in=[deal.deal for deal in deals])
        .newest(look.moment)
        .select_related("decided_by")
    }
    records = records_of(look, [deal.deal for deal in deals])
    by_deal: dict[int, list[Breach]] = {deal.deal: [] for deal in deals}
    for deal in deals:
        reasons = deal_reasons(deal, day=look.day, large=None, rules=ground.rules)
        record = untold(deal, records.get(deal.deal, Record()), reasons, rules=ground.rules)
        for signal in (*reasons, *record_gaps(deal, record, rules=ground.rules)):
            decision = decided.get((deal.deal, signal))
            by_deal[deal.deal].append(
                Breach(
                    deal=deal,
                    owner=people[deal.owner].name,
                    signal=signal,
                    record=record,
                    decision=decision,
                    state=_state(decision, look.day),
                    day=look.day,
                )
            )
    states = {pk: [breach.state for breach in found] for pk, found in by_deal.items()}
    owned: dict[int, list[int]] = {}
    for deal in deals:
        owned.setdefault(deal.owner, []).append(deal.deal)
    return Worklist(
        look=look,
        breaches=_in_order(breach for found in by_deal.values() for breach in found),
        whole=clean_of(states.values()),
        owners=[
            OwnersDeals(
                person=pk, name=people[pk].name, deals=clean_of(states[deal] for deal in theirs)
            )
            for pk, theirs in sorted(owned.items(), key=lambda item: people[item[0]].name)
        ],
        capped=len(found) > len(deals),
    )


def _state(decision: Disposition | None, day: date) -> State:
    if decision is None:
        return State.UNDECIDED
    return state_of(Remedy(decision.remedy), decision.due_on, day=day)


def _in_order(breaches: Iterable[Breach]) -> list[Breach]:
    """Order by what waits longest, then by urgency, then the largest deal first."""
    states, signals = list(State), list(Signal)
    return sorted(
        breaches,
        key=lambda breach: (
            states.index(breach.state),
            signals.index(breach.signal),
            -(breach.deal.cents or 0),
            breach.deal.deal,
        ),
    )


def usual_due_day(look: Look) -> date:
    """Return the day that is USUAL_DAYS working days after the report view's."""
    ahead = Period(look.day + timedelta(days=1), look.day + timedelta(days=60), "")
    days = look.calendar.week.days(ahead)
    return days[USUAL_DAYS - 1] if len(days) >= USUAL_DAYS else ahead.last_day
