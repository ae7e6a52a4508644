"""The signals of risk and data quality."""

from kit.enums import Labelled


class Signal(Labelled):
    """Why a deal is at risk or its record is not in order, the most urgent first."""

    OWNER_LEFT = "owner_left", "Owner has left"
    CLOSE_PASSED = "close_passed", "Close date passed"
    NOT_COMMITTED = "not_committed", "Large and not in commit"
    STEP_OVERDUE = "step_overdue", "Next step overdue"
    STALLED = "stalled"
    QUIET = "quiet"
    PUSHED = "pushed", "Pushed often"
    TOO_SOON = "too_soon", "Closes sooner than any"
    WENT_BACK = "went_back"
    AMOUNT_FELL = "amount_fell"
    SINGLE_CONTACT = "single_contact"
    NO_DECISION_MAKER = "no_decision_maker", "No decision-maker"
    NO_CLOSE_DATE = "no_close_date"
    NO_STEP = "no_step", "No next step"
    EXIT_MISSING = "exit_missing", "Missing for its stage"
    NO_AMOUNT = "no_amount"
    NO_CONTACT = "no_contact"


class Only(Labelled):
    """What the inspection of a pipeline can be narrowed to: the signals of a deal, and these."""

    CHANGED = "changed", "Changed since"
    AT_RISK = "at_risk"
