"""The signals of risk and data quality."""

from enum import StrEnum


class Signal(StrEnum):
    """Why a deal is at risk or its record is not in order, the most urgent first."""

    OWNER_LEFT = "owner_left"
    CLOSE_PASSED = "close_passed"
    NOT_COMMITTED = "not_committed"
    STEP_OVERDUE = "step_overdue"
    STALLED = "stalled"
    QUIET = "quiet"
    PUSHED = "pushed"
    TOO_SOON = "too_soon"
    WENT_BACK = "went_back"
    AMOUNT_FELL = "amount_fell"
    SINGLE_CONTACT = "single_contact"
    NO_DECISION_MAKER = "no_decision_maker"
    NO_CLOSE_DATE = "no_close_date"
    NO_STEP = "no_step"
    EXIT_MISSING = "exit_missing"
    NO_AMOUNT = "no_amount"
    NO_CONTACT = "no_contact"


SIGNAL_LABELS = {
    Signal.OWNER_LEFT: "Owner has left",
    Signal.CLOSE_PASSED: "Close date passed",
    Signal.NOT_COMMITTED: "Large and not in commit",
    Signal.STEP_OVERDUE: "Next step overdue",
    Signal.STALLED: "Stalled",
    Signal.QUIET: "Quiet",
    Signal.PUSHED: "Pushed often",
    Signal.TOO_SOON: "Closes sooner than any",
    Signal.WENT_BACK: "Went back",
    Signal.AMOUNT_FELL: "Amount fell",
    Signal.SINGLE_CONTACT: "Single contact",
    Signal.NO_DECISION_MAKER: "No decision-maker",
    Signal.NO_CLOSE_DATE: "No close date",
    Signal.NO_STEP: "No next step",
    Signal.EXIT_MISSING: "Missing for its stage",
    Signal.NO_AMOUNT: "No amount",
    Signal.NO_CONTACT: "No contact",
}


class Only(StrEnum):
    """What the inspection of a pipeline can be narrowed to: the signals of a deal, and these."""

    CHANGED = "changed"
    AT_RISK = "at_risk"


ONLY_LABELS = {Only.CHANGED: "Changed since", Only.AT_RISK: "At risk"}
