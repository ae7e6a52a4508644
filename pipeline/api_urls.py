"""Routes of pipeline's API; salesmgr puts them under its namespace ``api``."""

from django.urls import path

from pipeline.accounts.api import accounts, contacts
from pipeline.activities import api as activities
from pipeline.credit.api import collaborators, credits
from pipeline.deals.api import lines
from pipeline.lifecycle.api import deals
from pipeline.people import api as people
from pipeline.products import api as products
from pipeline.stages import api as stages

urlpatterns = [
    path("deals/", deals.Deals.as_view(), name="deals"),
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
    path("accounts/", accounts.Accounts.as_view(), name="accounts"),
    path("accounts/<int:pk>/", accounts.OneAccount.as_view(), name="account"),
    path("accounts/<int:pk>/archive/", accounts.AccountArchive.as_view(), name="account-archive"),
    path("accounts/<int:pk>/restore/", accounts.AccountRestore.as_view(), name="account-restore"),
    path("contacts/", contacts.Contacts.as_view(), name="contacts"),
    path("contacts/<int:pk>/", contacts.OneContact.as_view(), name="contact"),
    path("contacts/<int:pk>/archive/", contacts.ContactArchive.as_view(), name="contact-archive"),
    path("contacts/<int:pk>/restore/", contacts.ContactRestore.as_view(), name="contact-restore"),
    path("products/", products.Products.as_view(), name="products"),
    path("products/<int:pk>/", products.OneProduct.as_view(), name="product"),
    path("products/<int:pk>/archive/", products.ProductArchive.as_view(), name="product-archive"),
    path("products/<int:pk>/restore/", products.ProductRestore.as_view(), name="product-restore"),
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
    path("loss-reasons/", stages.LossReasons.as_view(), name="loss-reasons"),
    path("competitors/", stages.Competitors.as_view(), name="competitors"),
    path("pipelines/", stages.Pipelines.as_view(), name="pipelines"),
    path("stages/", stages.Stages.as_view(), name="stages"),
]
