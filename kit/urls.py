"""The pattern page's route."""

from django.urls import path

from kit import views

urlpatterns = [path("patterns/", views.patterns, name="patterns")]
