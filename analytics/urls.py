"""Routes of analytics."""

from django.urls import URLPattern, URLResolver, path

from analytics.attainment import views as attainment
from analytics.deals.views import listing, page
from analytics.metrics import views as metrics
from analytics.review import views as review
from analytics.risk import views as risk
from analytics.runs import views as runs

app_name = "analytics"
urlpatterns: list[URLPattern | URLResolver] = [
    path("deals/", listing.deals, name="deals"),
    path("deals/export.csv", listing.deals_csv, name="deals-csv"),
    path("deals/new/", page.deal_new, name="deal-new"),
    path("deals/<int:pk>/", page.deal, name="deal"),
    path("deals/<int:pk>/edit/", page.deal_edit, name="deal-edit"),
    path("deals/<int:pk>/next-step/", page.deal_part, {"part": "next-step"}, name="deal-step"),
    path("deals/<int:pk>/change/<str:part>/", page.deal_part, name="deal-part"),
    path("deals/<int:pk>/move/", page.deal_move, name="deal-move"),
    path("deals/<int:pk>/archive/", page.deal_archive, name="deal-archive"),
    path("pipeline/board/", listing.deal_board, name="board"),
    path("pipeline/review/", review.review, name="review"),
    path("pipeline/review/export.csv", review.review_file, name="review-csv"),
    path("pipeline/review/done/", review.review_done, name="review-done"),
    path("pipeline/changes/", review.changes, name="changes"),
    path("pipeline/metrics/", metrics.metrics, name="metrics"),
    path("pipeline/metrics/deals/", metrics.metric_rows, name="metric-rows"),
    path("pipeline/metrics/catalogue/", metrics.metric_catalogue, name="metric-catalogue"),
    path("views/<str:page>/save/", review.view_save, name="view-save"),
    path("views/<int:pk>/remove/", review.view_archive, name="view-archive"),
    path("pipeline/hygiene/", risk.hygiene, name="hygiene"),
    path("pipeline/hygiene/export.csv", risk.hygiene_file, name="hygiene-csv"),
    path("pipeline/hygiene/decide/", risk.hygiene_decide, name="hygiene-decide"),
    path("setup/quotas/sources/", attainment.quota_sources, name="quota-sources"),
    path("territories/", attainment.territory_bookings, name="territory-bookings"),
    path("setup/risk/", risk.risk, name="risk"),
    path("setup/risk/<str:signal>/adopt/", risk.risk_adopt, name="risk-adopt"),
    path("setup/runs/", runs.runs, name="runs"),
    path("setup/runs/<int:pk>/", runs.run, name="run"),
]
