"""Routes of pipeline's API; salesmgr puts them under its namespace ``api``."""

from django.urls import path

from pipeline.api import (
    accounts,
    activities,
    attainment,
    contacts,
    deal_lines,
    deal_people,
    deals,
    outcomes,
    products,
    stages,
)

urlpatterns = [
    path("deals/", deals.Deals.as_view(), name="deals"),
    path("deals/<int:pk>/", deals.OneDeal.as_view(), name="deal"),
    path("deals/<int:pk>/move/", deals.DealMove.as_view(), name="deal-move"),
    path("deals/<int:pk>/archive/", deals.DealArchive.as_view(), name="deal-archive"),
    path("deals/<int:pk>/restore/", deals.DealRestore.as_view(), name="deal-restore"),
    path("deals/<int:pk>/history/", deals.DealHistory.as_view(), name="deal-history"),
    path("deals/<int:pk>/lines/", deal_lines.DealLines.as_view(), name="deal-lines"),
    path("deals/<int:pk>/contacts/", deal_people.DealContacts.as_view(), name="deal-contacts"),
    path("deal-contacts/<int:pk>/", deal_people.OneDealContact.as_view(), name="deal-contact"),
    path(
        "deal-contacts/<int:pk>/change/",
        deal_people.RoleChange.as_view(),
        name="deal-contact-change",
    ),
    path(
        "deal-contacts/<int:pk>/remove/",
        deal_people.ContactRemoval.as_view(),
        name="deal-contact-remove",
    ),
    path("lines/<int:pk>/", deal_lines.OneLine.as_view(), name="line"),
    path("lines/<int:pk>/remove/", deal_lines.LineRemoval.as_view(), name="line-remove"),
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
    path("loss-reasons/", outcomes.LossReasons.as_view(), name="loss-reasons"),
    path("competitors/", outcomes.Competitors.as_view(), name="competitors"),
    path("pipelines/", stages.Pipelines.as_view(), name="pipelines"),
    path("stages/", stages.Stages.as_view(), name="stages"),
    path("attainment/", attainment.Attainments.as_view(), name="attainment"),
]
