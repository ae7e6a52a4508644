"""The read-only admin pages of forecasting for superusers."""

from django.contrib import admin

from forecasting.models import DealExpectation, Forecast, ForecastRun, PastForecast
from kit.admin import LookOnly


@admin.register(ForecastRun)
class ForecastRunAdmin(LookOnly):
    list_display = ("run", "period", "missing", "past_periods", "open_ratio", "new_ratio")
    list_select_related = ("run", "period")


@admin.register(Forecast)
class ForecastAdmin(LookOnly):
    list_display = ("run", "person", "team", "period", "booked", "total", "low", "high")
    list_select_related = ("run", "person", "team", "period")


@admin.register(DealExpectation)
class DealExpectationAdmin(LookOnly):
    list_display = ("run", "period", "deal", "person", "amount")
    list_select_related = ("run", "period", "deal", "person")


@admin.register(PastForecast)
class PastForecastAdmin(LookOnly):
    list_display = ("person", "team", "period", "made_on", "weeks_left", "forecast", "actual")
    list_select_related = ("person", "team", "period")
