"""Data quality decisions and their state."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from analytics.context.metrics import FEWEST_CASES
from analytics.risk.enums import Signal
from analytics.risk.metrics.risk import RECORD_GAPS, RULES, OpenDeal, Rules
from kit.enums import Labelled
from pipeline.enums import ASKED_LABELS, ExitField

# Working days that whoever decides has by default.
USUAL_DAYS = 5
# So long after its day a decision still speaks of the same breach; afterwards it is asked anew.
STALE_DAYS = 30


class Remedy(Labelled):
    """What is to become of an issue."""

    FIX = "fix", "Fix it"
    CLOSE = "close", "Close the deal"
    JUSTIFY = "justify", "It is right as it is"


class State(Labelled):
    """Where an issue stands, what waits longest first."""

    OVERDUE = "overdue"
    UNDECIDED = "undecided", "To be decided"
    DUE = "due", "Under way"
    JUSTIFIED = "justified"


# What these rules say is not said once more of the stages that ask for it.
TOLD = {
    Signal.NO_AMOUNT: ASKED_LABELS[ExitField.AMOUNT],
    Signal.NO_CONTACT: ASKED_LABELS[ExitField.CONTACTS],
    Signal.NO_CLOSE_DATE: ASKED_LABELS[ExitField.EXPECTED_CLOSE],
    Signal.NO_STEP: ASKED_LABELS[ExitField.NEXT_STEP],
}


@dataclass(frozen=True, slots=True)
class DealRecord:
    """What an open deal's record holds of its customer and of what its stages ask for.

    ``named``: somebody of the customer is named on it. ``missing`` is what the exits of the stages
    behind it ask for and it does not have, in words.
    """

    named: bool = False
    missing: tuple[str, ...] = ()


def record_gaps(deal: OpenDeal, record: DealRecord, *, rules: Rules = RULES) -> tuple[Signal, ...]:
    """Return which rules of hygiene that say nothing of risk the deal breaks.

    An amount of nothing is none; a contact who took part in an activity need not be named.
    """
    holds = {
        Signal.EXIT_MISSING: bool(record.missing),
        Signal.NO_AMOUNT: not deal.cents,
        Signal.NO_CONTACT: not record.named and not deal.people,
    }
    return tuple(gap for gap in RECORD_GAPS if rules[gap].on and holds[gap])


def unreported(
    deal: OpenDeal, record: DealRecord, reasons: Collection[Signal], *, rules: Rules = RULES
) -> DealRecord:
    """Return the record without what another rule that the deal breaks says of it already."""
    held = {*reasons, *record_gaps(deal, record, rules=rules)}
    told = {label for signal, label in TOLD.items() if signal in held}
    return replace(record, missing=tuple(each for each in record.missing if each not in told))


@dataclass(frozen=True, slots=True)
class Clean:
    """How many open deals of somebody break no rule, but for those that are justified."""

    deals: int
    clean: int

    @property
    def share(self) -> Decimal | None:
        """Clean / all, as a fraction; None below FEWEST_CASES deals, which say too little."""
        return Decimal(self.clean) / self.deals if self.deals >= FEWEST_CASES else None


def state_of(remedy: Remedy | None, due_on: date | None, *, day: date) -> State:
    """Return where an issue stands on ``day``, by the newest decision about it (None: none).

    ``due_on`` is the last day to fix or close, or the last day that a justification holds. The
    breach itself ends when the deal is mended; a decision long past its day speaks of another.
    """
    if remedy is None or due_on is None or day > due_on + timedelta(days=STALE_DAYS):
        return State.UNDECIDED
    if remedy is Remedy.JUSTIFY:
        return State.JUSTIFIED if day <= due_on else State.UNDECIDED
    return State.DUE if day <= due_on else State.OVERDUE


def clean_of(deals: Iterable[Iterable[State]]) -> Clean:
    """Return how many deals are clean; each is given by the states of its issues."""
    standing = [all(state is State.JUSTIFIED for state in states) for states in deals]
    return Clean(deals=len(standing), clean=sum(standing))
