"""Every method by name, in the order in which pages show them."""

from forecasting.methods import hazards, naive
from forecasting.methods.prediction import Fit

MAIN = "hazards"
METHODS: dict[str, Fit] = {
    MAIN: hazards.fit,
    "last_period": naive.naive(naive.as_last_period),
    "last_year": naive.naive(naive.as_last_year),
    "run_rate": naive.naive(naive.at_this_pace),
}
