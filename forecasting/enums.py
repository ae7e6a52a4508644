"""The fixed vocabularies of forecasting."""

from kit.enums import Labelled


class Method(Labelled):
    """How a forecast was made."""

    HAZARDS = "hazards", "Open deals and new ones"
    LAST_PERIOD = "last_period"
    LAST_YEAR = "last_year", "Year before"
    RUN_RATE = "run_rate", "Recent pace"


NAIVE = (Method.LAST_PERIOD, Method.LAST_YEAR, Method.RUN_RATE)
