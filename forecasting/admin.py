"""The read-only admin pages of forecasting for superusers."""

from forecasting.models import DealExpectation, Forecast, ForecastRun, PastForecast
from kit.admin import show

show(ForecastRun, "run period missing past_periods open_ratio new_ratio")
show(Forecast, "run person team period booked total low high")
show(DealExpectation, "run period deal person amount")
show(PastForecast, "person team period made_on weeks_left forecast actual")
