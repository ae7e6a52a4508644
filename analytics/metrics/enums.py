"""The parts of the metrics page."""

from kit.enums import Labelled


class MetricPart(Labelled):
    """The views of the page of metrics."""

    OUTCOMES = "outcomes"
    CUTS = "cuts", "By kind"
    STAGES = "stages"
    VELOCITY = "velocity"
    SLIPS = "slips", "Slips and pushes"
    PRICES = "prices"
