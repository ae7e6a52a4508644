"""The fixed vocabularies of process."""

from enum import StrEnum


class GivenTo(StrEnum):
    """By which rule the open deals of somebody are given to others."""

    ACCOUNT_OWNER = "account_owner"
    MANAGER = "manager"
    FEWEST = "fewest"
    IN_TURN = "in_turn"


GIVEN_TO_LABELS = {
    GivenTo.ACCOUNT_OWNER: "The account's owner, else the manager",
    GivenTo.MANAGER: "The manager",
    GivenTo.FEWEST: "Whoever of the team has the fewest open deals",
    GivenTo.IN_TURN: "The team in turn, account by account",
}


# Where nobody has set a rule.
USUAL_RULE = GivenTo.ACCOUNT_OWNER


class Every(StrEnum):
    """How often a number of activities is owed."""

    WEEK = "week"
    MONTH = "month"


EVERY_LABELS = {Every.WEEK: "Week", Every.MONTH: "Month"}
