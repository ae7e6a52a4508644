"""Pipeline movements, their units, and pages with saved views."""

from enum import StrEnum

from kit.enums import Labelled


class Movement(Labelled):
    """Why a deal came into play, changed while in play, or left; in the order of the bars.

    The note is what each bar says of its deals, one or many, completing "3 deals ...".
    """

    NEW = "new", "New", "created since"
    PULLED_IN = "pulled_in", "Pulled in", "expected later, or on no day, then and in the period now"
    SLID_IN = "slid_in", "Slid in", "overdue from before the period, now expected in it"
    REOPENED = "reopened", "Reopened", "closed then and open again"
    RESTORED = "restored", "Restored", "back from the archive"
    OWNER_IN = "owner_in", "Taken over", "taken over from an owner outside"
    SEAT_IN = "seat_in", "Joined", "here with an owner, or an account, that joined"
    CROSSED_IN = "crossed_in", "From another pipeline", "here from another pipeline"
    INCREASED = "increased", "Increased", "with a larger amount, by what it grew"
    DECREASED = "decreased", "Decreased", "with a smaller amount, by what it fell"
    RATE = "rate", "Exchange rate", "with the same amount in its currency at another exchange rate"
    ADVANCED = "advanced", "Advanced", "moved to a stage of higher probability"
    WENT_BACK = "went_back", "Went back", "moved to a stage of lower probability"
    DEFINITION = "definition", "Redefined", "in a stage whose probability was set anew"
    PUSHED_OUT = "pushed_out", "Pushed out", "now expected after the period, or on no day"
    BROUGHT_FORWARD = "brought_forward", "Brought forward", "now expected before the period"
    WON = "won", "Won", "won in the period"
    WON_ELSEWHERE = "won_elsewhere", "Won, other period", "won, but on a day of another period"
    LOST = "lost", "Lost", "lost"
    REMOVED = "removed", "Archived", "put into the archive"
    OWNER_OUT = "owner_out", "Handed over", "handed to an owner outside"
    SEAT_OUT = "seat_out", "Left", "gone with the owner, or the account"
    CROSSED_OUT = "crossed_out", "To another pipeline", "gone to another pipeline"


class Unit(Labelled):
    """What is added up: deals, their amount in cents, or cents times probability."""

    AMOUNT = "amount"
    WEIGHTED = "weighted", "Weighted amount"
    DEALS = "deals"


class ViewPage(StrEnum):
    """A list whose filter can be kept, by the name of its address."""

    DEALS = "deals"
    REVIEW = "review"
    BOARD = "board"
