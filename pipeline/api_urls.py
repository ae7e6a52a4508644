"""Routes of pipeline's API; salesmgr puts them under its namespace ``api``."""

from django.urls import path

from pipeline.api import attainment, deals, stages

urlpatterns = [
    path("deals/", deals.Deals.as_view(), name="deals"),
    path("deals/<int:pk>/", deals.OneDeal.as_view(), name="deal"),
    path("deals/<int:pk>/move/", deals.DealMove.as_view(), name="deal-move"),
    path("deals/<int:pk>/archive/", deals.DealArchive.as_view(), name="deal-archive"),
    path("deals/<int:pk>/restore/", deals.DealRestore.as_view(), name="deal-restore"),
    path("deals/<int:pk>/history/", deals.DealHistory.as_view(), name="deal-history"),
    path("stages/", stages.Stages.as_view(), name="stages"),
    path("attainment/", attainment.Attainments.as_view(), name="attainment"),
]
