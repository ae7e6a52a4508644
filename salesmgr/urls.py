"""Routes of the whole site. Each app's own routes stand in its urls module."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from analytics.dashboards.views import me, member, team, team_file, team_teams_file, team_trend
from kit.views import patterns
from salesmgr import health, setup
from salesmgr.views import home, member_forecast, team_forecast

# Its own form would let passwords be tried without limit; allauth's pages keep one.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

handler500 = "kit.views.server_error"
urlpatterns = [
    path("", home, name="home"),
    path("team/", team, name="team"),
    path("team/forecast/", team_forecast, name="team-forecast"),
    path("team/trend/", team_trend, name="team-trend"),
    path("team/teams.csv", team_teams_file, name="team-teams-file"),
    path("team/people.csv", team_file, name="team-file"),
    path("team/people/<int:pk>/", member, name="member"),
    path("team/people/<int:pk>/forecast/", member_forecast, name="member-forecast"),
    path("me/", me, name="me"),
    path("setup/steps/", setup.setup, name="setup"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("auth/", include("org.sign_in_urls")),
    path("api/v1/", include("salesmgr.api_urls")),
    path("patterns/", patterns, name="patterns"),
    path("", include("org.urls")),
    path("", include("pipeline.urls")),
    path("", include("imports.urls")),
    path("", include("analytics.urls")),
    path("", include("forecasting.urls")),
    path("", include("process.urls")),
    path("", include("coaching.urls")),
    path("", include("hiring.urls")),
    path("django-admin/", admin.site.urls),
]
