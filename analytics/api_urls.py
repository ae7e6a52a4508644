"""Routes of analytics's API; salesmgr puts them under its namespace ``api``."""

from django.urls import path

from analytics.attainment import api as attainment

urlpatterns = [
    path("attainment/", attainment.Attainments.as_view(), name="attainment"),
]
