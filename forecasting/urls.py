"""Routes of forecasting."""

from django.urls import path

from forecasting import views

app_name = "forecasting"
urlpatterns = [
    path("forecast/", views.forecast, name="forecast"),
    path("forecast/deals/", views.deals, name="deals"),
    path("forecast/accuracy/", views.accuracy, name="accuracy"),
]
