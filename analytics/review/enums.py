"""Pipeline movements, their units, and pages with saved views."""

from enum import StrEnum


class Movement(StrEnum):
    """Why a deal came into play, changed while in play, or left; in the order of the bars."""

    NEW = "new"
    PULLED_IN = "pulled_in"
    SLID_IN = "slid_in"
    REOPENED = "reopened"
    RESTORED = "restored"
    OWNER_IN = "owner_in"
    SEAT_IN = "seat_in"
    CROSSED_IN = "crossed_in"
    INCREASED = "increased"
    DECREASED = "decreased"
    RATE = "rate"
    ADVANCED = "advanced"
    WENT_BACK = "went_back"
    DEFINITION = "definition"
    PUSHED_OUT = "pushed_out"
    BROUGHT_FORWARD = "brought_forward"
    WON = "won"
    WON_ELSEWHERE = "won_elsewhere"
    LOST = "lost"
    REMOVED = "removed"
    OWNER_OUT = "owner_out"
    SEAT_OUT = "seat_out"
    CROSSED_OUT = "crossed_out"


class Unit(StrEnum):
    """What is added up: deals, their amount in cents, or cents times probability."""

    AMOUNT = "amount"
    WEIGHTED = "weighted"
    DEALS = "deals"


MOVEMENT_LABELS = {
    Movement.NEW: "New",
    Movement.PULLED_IN: "Pulled in",
    Movement.SLID_IN: "Slid in",
    Movement.REOPENED: "Reopened",
    Movement.RESTORED: "Restored",
    Movement.OWNER_IN: "Taken over",
    Movement.SEAT_IN: "Joined",
    Movement.CROSSED_IN: "From another pipeline",
    Movement.INCREASED: "Increased",
    Movement.DECREASED: "Decreased",
    Movement.RATE: "Exchange rate",
    Movement.ADVANCED: "Advanced",
    Movement.WENT_BACK: "Went back",
    Movement.DEFINITION: "Redefined",
    Movement.PUSHED_OUT: "Pushed out",
    Movement.BROUGHT_FORWARD: "Brought forward",
    Movement.WON: "Won",
    Movement.WON_ELSEWHERE: "Won, other period",
    Movement.LOST: "Lost",
    Movement.REMOVED: "Archived",
    Movement.OWNER_OUT: "Handed over",
    Movement.SEAT_OUT: "Left",
    Movement.CROSSED_OUT: "To another pipeline",
}
UNIT_LABELS = {Unit.AMOUNT: "Amount", Unit.WEIGHTED: "Weighted amount", Unit.DEALS: "Deals"}


class ViewPage(StrEnum):
    """A list whose filter can be kept, by the name of its address."""

    DEALS = "deals"
    REVIEW = "review"
    BOARD = "board"
