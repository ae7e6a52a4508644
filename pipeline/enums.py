"""Fixed vocabularies of deals, their people, outcomes and activities."""

from enum import StrEnum

from kit.enums import labels


class Status(StrEnum):
    """What a stage makes of the deals in it."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


class Category(StrEnum):
    """How sure the owner is that the deal closes in its period."""

    OMITTED = "omitted"
    PIPELINE = "pipeline"
    BEST_CASE = "best_case"
    COMMIT = "commit"
    CLOSED = "closed"


CATEGORY_LABELS = labels(Category)


class ActivityKind(StrEnum):
    CALL = "call"
    EMAIL = "email"
    MEETING = "meeting"
    NOTE = "note"


ACTIVITY_LABELS = labels(ActivityKind, email="E-mail")


class Direction(StrEnum):
    """The direction of an activity; empty if unknown."""

    OUT = "out"
    IN = "in"
    BOTH = "both"


DIRECTION_LABELS = labels(Direction, **{"out": "Outgoing", "in": "Incoming", "both": "Two-way"})
# What reaches a customer; a note does not.
TOUCHES = (ActivityKind.CALL, ActivityKind.EMAIL, ActivityKind.MEETING)


class LostReason(StrEnum):
    """The codes of the reasons that every installation begins with; others are set up."""

    PRICE = "price"
    COMPETITOR = "competitor"
    NO_DECISION = "no_decision"
    NO_BUDGET = "no_budget"
    TIMING = "timing"
    MISSING_FEATURE = "missing_feature"
    NO_CONTACT = "no_contact"
    OTHER = "other"


class LossKind(StrEnum):
    """What a reason says of a loss: only a competitive one was won by somebody else."""

    COMPETITIVE = "competitive"
    NO_DECISION = "no_decision"
    PRICE = "price"
    PRODUCT_GAP = "product_gap"
    TIMING = "timing"
    DISQUALIFIED = "disqualified"
    OTHER = "other"


LOSS_KIND_LABELS = labels(LossKind, competitive="Competitive loss")


class ExitField(StrEnum):
    """What a stage can ask a deal to have before it leaves."""

    ACCOUNT = "account"
    AMOUNT = "amount"
    EXPECTED_CLOSE = "expected_close_on"
    NEXT_STEP = "next_step"
    NEXT_STEP_ON = "next_step_on"
    CONTACTS = "contacts"
    PRODUCTS = "products"
    COMPETITOR = "competitor"
    SOURCE = "source"


ASKED_LABELS = labels(
    ExitField,
    expected_close_on="Expected close",
    next_step_on="Day of the next step",
    contacts="Contact",
)

# How well an element of a qualification is known.
SCORE_LABELS = {0: "Unknown", 1: "Identified", 2: "Validated", 3: "Strong"}


class BuyingRole(StrEnum):
    """What a contact is to a deal on the customer's side."""

    ECONOMIC_BUYER = "economic_buyer"
    CHAMPION = "champion"
    TECHNICAL = "technical"
    LEGAL = "legal"
    USER = "user"
    BLOCKER = "blocker"
    OTHER = "other"


BUYING_ROLE_LABELS = labels(BuyingRole)


class CreditKind(StrEnum):
    """Revenue shares of a deal make the whole of it; overlay ones count beside it."""

    REVENUE = "revenue"
    OVERLAY = "overlay"


class HelpingRole(StrEnum):
    """What a colleague is to a deal that somebody else owns."""

    SOLUTION_ENGINEER = "solution_engineer"
    SPECIALIST = "specialist"
    SPONSOR = "sponsor"
    PARTNER_MANAGER = "partner_manager"
    DELIVERY = "delivery"
    OTHER = "other"


HELPING_ROLE_LABELS = labels(HelpingRole, sponsor="Executive sponsor")
