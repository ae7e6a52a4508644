"""Routes of pipeline's API; salesmgr puts them under its namespace ``api``."""

from django.urls import path

from pipeline.accounts.api.accounts import ACCOUNTS
from pipeline.accounts.api.contacts import CONTACTS
from pipeline.activities.api import ACTIVITIES
from pipeline.credit.api import collaborators, credits
from pipeline.deals.api import lines
from pipeline.lifecycle.api import deals
from pipeline.people import api as people
from pipeline.products.api import PRODUCTS
from pipeline.stages.api import COMPETITORS, LOSS_REASONS, PIPELINES, STAGES

urlpatterns = [
    path("deals/", deals.DealsEndpoint.as_view(), name="deals"),
    path("deals/<int:pk>/", deals.OneDeal.as_view(), name="deal"),
    path("deals/<int:pk>/move/", deals.DealMove.as_view(), name="deal-move"),
    path("deals/<int:pk>/archive/", deals.DealArchive.as_view(), name="deal-archive"),
    path("deals/<int:pk>/restore/", deals.DealRestore.as_view(), name="deal-restore"),
    path("deals/<int:pk>/history/", deals.DealHistory.as_view(), name="deal-history"),
    path("deals/<int:pk>/lines/", lines.DealLines.as_view(), name="deal-lines"),
    path("deals/<int:pk>/contacts/", people.DealContacts.as_view(), name="deal-contacts"),
    path(
        "deals/<int:pk>/collaborators/",
        collaborators.DealCollaborators.as_view(),
        name="deal-collaborators",
    ),
    path(
        "deal-collaborators/<int:pk>/remove/",
        collaborators.CollaboratorRemoval.as_view(),
        name="deal-collaborator-remove",
    ),
    path("deals/<int:pk>/credit/", credits.DealCredit.as_view(), name="deal-credit"),
    path("deal-contacts/<int:pk>/", people.OneDealContact.as_view(), name="deal-contact"),
    path(
        "deal-contacts/<int:pk>/change/",
        people.RoleChange.as_view(),
        name="deal-contact-change",
    ),
    path(
        "deal-contacts/<int:pk>/remove/",
        people.ContactRemoval.as_view(),
        name="deal-contact-remove",
    ),
    path("lines/<int:pk>/", lines.OneLine.as_view(), name="line"),
    path("lines/<int:pk>/remove/", lines.LineRemoval.as_view(), name="line-remove"),
    *(
        route
        for resource in (
            ACCOUNTS, CONTACTS, PRODUCTS, ACTIVITIES, LOSS_REASONS, COMPETITORS, PIPELINES, STAGES
        )
        for route in resource.paths()
    ),
]  # fmt: skip
