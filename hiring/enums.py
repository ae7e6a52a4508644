"""The fixed vocabularies of hiring."""

from enum import StrEnum


class RequisitionState(StrEnum):
    OPEN = "open"
    ON_HOLD = "on_hold"
    FILLED = "filled"
    CLOSED = "closed"


class StageKind(StrEnum):
    """What a stage makes of the applications in it."""

    OPEN = "open"
    HIRED = "hired"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
