"""The parts of the metrics page."""

from enum import StrEnum


class MetricPart(StrEnum):
    """The views of the page of metrics."""

    OUTCOMES = "outcomes"
    CUTS = "cuts"
    STAGES = "stages"
    VELOCITY = "velocity"
    SLIPS = "slips"
    PRICES = "prices"


METRIC_PART_LABELS = {
    MetricPart.OUTCOMES: "Outcomes",
    MetricPart.CUTS: "By kind",
    MetricPart.STAGES: "Stages",
    MetricPart.VELOCITY: "Velocity",
    MetricPart.SLIPS: "Slips and pushes",
    MetricPart.PRICES: "Prices",
}
