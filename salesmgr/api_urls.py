"""Routes of the API: those of each app, the schema, and its documentation."""

from django.contrib.auth.decorators import login_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from analytics import api_urls as analytics
from org import api_urls as org
from pipeline import api_urls as pipeline

app_name = "api"
urlpatterns = [
    *org.urlpatterns,
    *pipeline.urlpatterns,
    *analytics.urlpatterns,
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path(
        "docs/",
        # A page for people: who is signed out is led to the sign-in.
        login_required(
            SpectacularSwaggerSplitView.as_view(
                url_name="api:schema", template_name="org/api_docs.html"
            )
        ),
        name="docs",
    ),
]
