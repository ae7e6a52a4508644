"""How often an activity target applies."""

from enum import StrEnum


class Every(StrEnum):
    """How often a number of activities is owed."""

    WEEK = "week"
    MONTH = "month"


EVERY_LABELS = {Every.WEEK: "Week", Every.MONTH: "Month"}
