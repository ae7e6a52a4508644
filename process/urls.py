"""Routes of process."""

from django.urls import URLPattern, URLResolver, path

from process.closings import views as closings
from process.leavers import views as leavers
from process.overrides import views as overrides
from process.practices import views as practices
from process.targets import views as targets

app_name = "process"
urlpatterns: list[URLPattern | URLResolver] = [
    path("deals/<int:pk>/closing/", closings.deal_closing, name="deal-closing"),
    path("pipeline/closings/", closings.closings, name="closings"),
    path("pipeline/overrides/", overrides.overrides, name="overrides"),
    path("deals/hand-over/<int:pk>/", leavers.hand_over, name="hand-over"),
    path("pipeline/metrics/best/", practices.best, name="best"),
    path("pipeline/metrics/best/behaviours/", practices.best_behaviours, name="best-behaviours"),
    path("activities/targets/", targets.activity_attainment, name="activity-attainment"),
    path(
        "activities/targets/export.csv",
        targets.activity_attainment_csv,
        name="activity-attainment-csv",
    ),
    path(
        "activities/targets/of/<int:pk>/",
        targets.activity_attainment_of,
        name="activity-attainment-of",
    ),
    path("setup/activity-targets/", targets.activity_targets, name="activity-targets"),
    path("activities/outcomes/", targets.activity_outcomes, name="activity-outcomes"),
    path("setup/leavers/", leavers.leavers, name="leavers"),
]
