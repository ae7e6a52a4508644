"""The fixed vocabularies of forecasting."""

from enum import StrEnum


class Method(StrEnum):
    """How a forecast was made."""

    HAZARDS = "hazards"
    LAST_PERIOD = "last_period"
    LAST_YEAR = "last_year"
    RUN_RATE = "run_rate"


METHOD_LABELS = {
    Method.HAZARDS: "Open deals and new ones",
    Method.LAST_PERIOD: "Last period",
    Method.LAST_YEAR: "Year before",
    Method.RUN_RATE: "Recent pace",
}
NAIVE = (Method.LAST_PERIOD, Method.LAST_YEAR, Method.RUN_RATE)
