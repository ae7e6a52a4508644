"""Routes of pipeline's API; salesmgr puts them under its namespace ``api``."""

from django.urls import path

from pipeline.api import accounts, activities, attainment, deals, stages

urlpatterns = [
    path("deals/", deals.Deals.as_view(), name="deals"),
    path("deals/<int:pk>/", deals.OneDeal.as_view(), name="deal"),
    path("deals/<int:pk>/move/", deals.DealMove.as_view(), name="deal-move"),
    path("deals/<int:pk>/archive/", deals.DealArchive.as_view(), name="deal-archive"),
    path("deals/<int:pk>/restore/", deals.DealRestore.as_view(), name="deal-restore"),
    path("deals/<int:pk>/history/", deals.DealHistory.as_view(), name="deal-history"),
    path("accounts/", accounts.Accounts.as_view(), name="accounts"),
    path("accounts/<int:pk>/", accounts.OneAccount.as_view(), name="account"),
    path("accounts/<int:pk>/archive/", accounts.AccountArchive.as_view(), name="account-archive"),
    path("accounts/<int:pk>/restore/", accounts.AccountRestore.as_view(), name="account-restore"),
    path("activities/", activities.Activities.as_view(), name="activities"),
    path("activities/<int:pk>/", activities.OneActivity.as_view(), name="activity"),
    path(
        "activities/<int:pk>/archive/",
        activities.ActivityArchive.as_view(),
        name="activity-archive",
    ),
    path(
        "activities/<int:pk>/restore/",
        activities.ActivityRestore.as_view(),
        name="activity-restore",
    ),
    path("stages/", stages.Stages.as_view(), name="stages"),
    path("attainment/", attainment.Attainments.as_view(), name="attainment"),
]
