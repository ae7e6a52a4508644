"""Routes of pipeline's API; salesmgr puts them under its namespace ``api``."""

from typing import Any

from django.urls import path

from pipeline.accounts.api import ACCOUNTS, CONTACTS
from pipeline.activities.api import ACTIVITIES
from pipeline.credit import api as credit
from pipeline.deals import api as lines
from pipeline.lifecycle import api as deals
from pipeline.people import api as people
from pipeline.products.api import PRODUCTS
from pipeline.stages.api import COMPETITORS, LOSS_REASONS, PIPELINES, STAGES

views: dict[str, tuple[Any, str]] = {
    "deals/": (deals.DealsEndpoint, "deals"),
    "deals/<int:pk>/": (deals.OneDeal, "deal"),
    "deals/<int:pk>/move/": (deals.DealMove, "deal-move"),
    "deals/<int:pk>/archive/": (deals.DealArchive, "deal-archive"),
    "deals/<int:pk>/restore/": (deals.DealRestore, "deal-restore"),
    "deals/<int:pk>/history/": (deals.DealHistory, "deal-history"),
    "deals/<int:pk>/lines/": (lines.DealLines, "deal-lines"),
    "deals/<int:pk>/contacts/": (people.DealContacts, "deal-contacts"),
    "deals/<int:pk>/collaborators/": (credit.DealCollaborators, "deal-collaborators"),
    "deal-collaborators/<int:pk>/remove/": (credit.CollaboratorRemoval, "deal-collaborator-remove"),
    "deals/<int:pk>/credit/": (credit.DealCredit, "deal-credit"),
    "deal-contacts/<int:pk>/": (people.OneDealContact, "deal-contact"),
    "deal-contacts/<int:pk>/change/": (people.RoleChange, "deal-contact-change"),
    "deal-contacts/<int:pk>/remove/": (people.ContactRemoval, "deal-contact-remove"),
    "lines/<int:pk>/": (lines.OneLine, "line"),
    "lines/<int:pk>/remove/": (lines.LineRemoval, "line-remove"),
}
resources = (
    ACCOUNTS, CONTACTS, PRODUCTS, ACTIVITIES, LOSS_REASONS, COMPETITORS, PIPELINES, STAGES
)  # fmt: skip
urlpatterns = [path(at, view.as_view(), name=name) for at, (view, name) in views.items()]
urlpatterns += [route for resource in resources for route in resource.paths()]
