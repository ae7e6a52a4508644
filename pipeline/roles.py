"""The fixed vocabularies of who plays which part in a deal."""

from enum import StrEnum


class BuyingRole(StrEnum):
    """What a contact is to a deal on the customer's side."""

    ECONOMIC_BUYER = "economic_buyer"
    CHAMPION = "champion"
    TECHNICAL = "technical"
    LEGAL = "legal"
    USER = "user"
    BLOCKER = "blocker"
    OTHER = "other"


BUYING_ROLE_LABELS = {
    BuyingRole.ECONOMIC_BUYER: "Economic buyer",
    BuyingRole.CHAMPION: "Champion",
    BuyingRole.TECHNICAL: "Technical",
    BuyingRole.LEGAL: "Legal",
    BuyingRole.USER: "User",
    BuyingRole.BLOCKER: "Blocker",
    BuyingRole.OTHER: "Other",
}


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


HELPING_ROLE_LABELS = {
    HelpingRole.SOLUTION_ENGINEER: "Solution engineer",
    HelpingRole.SPECIALIST: "Specialist",
    HelpingRole.SPONSOR: "Executive sponsor",
    HelpingRole.PARTNER_MANAGER: "Partner manager",
    HelpingRole.DELIVERY: "Delivery",
    HelpingRole.OTHER: "Other",
}
