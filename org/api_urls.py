"""Routes of org's API; salesmgr puts them under its namespace ``api``."""

from django.urls import path

from org.api import directory, quotas, token_pages

urlpatterns = [
    path("me/", directory.Me.as_view(), name="me"),
    path("people/", directory.People.as_view(), name="people"),
    path("teams/", directory.Teams.as_view(), name="teams"),
    path("periods/", directory.Periods.as_view(), name="periods"),
    path("quotas/", quotas.Quotas.as_view(), name="quotas"),
    path("tokens/", token_pages.tokens, name="tokens"),
    path("tokens/new/", token_pages.token_new, name="token-new"),
    path("tokens/<int:pk>/revoke/", token_pages.token_revoke, name="token-revoke"),
]
