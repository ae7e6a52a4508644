"""The fixed vocabularies of how deals end, and of what they need on the way."""

from enum import StrEnum


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


LOSS_KIND_LABELS = {
    LossKind.COMPETITIVE: "Competitive loss",
    LossKind.NO_DECISION: "No decision",
    LossKind.PRICE: "Price",
    LossKind.PRODUCT_GAP: "Product gap",
    LossKind.TIMING: "Timing",
    LossKind.DISQUALIFIED: "Disqualified",
    LossKind.OTHER: "Other",
}


class Asked(StrEnum):
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


ASKED_LABELS = {
    Asked.ACCOUNT: "Account",
    Asked.AMOUNT: "Amount",
    Asked.EXPECTED_CLOSE: "Expected close",
    Asked.NEXT_STEP: "Next step",
    Asked.NEXT_STEP_ON: "Day of the next step",
    Asked.CONTACTS: "Contact",
    Asked.PRODUCTS: "Products",
    Asked.COMPETITOR: "Competitor",
    Asked.SOURCE: "Source",
}

# How well an element of a qualification is known.
SCORE_LABELS = {0: "Unknown", 1: "Identified", 2: "Validated", 3: "Strong"}
