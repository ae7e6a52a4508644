"""The deal that a page is about, if the viewer may see or change it."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from org.http import PageRequest
from pipeline import rules
from pipeline.deals.models.deals import Deal
from pipeline.deals.querysets import RELATED


def visible_deal(page_request: PageRequest, pk: int, *also: str) -> Deal:
    """Return the deal with its RELATED rows and ``also``; 404 where it is hidden."""
    rows = Deal.objects.visible_to(page_request.viewer).select_related(
        *RELATED, "stage__pipeline", *also
    )
    return get_object_or_404(rows.with_loss(), pk=pk)


def writable_deal(page_request: PageRequest, pk: int) -> Deal:
    """Return the deal: 404 for one that the viewer may not see, 403 for one they may only see."""
    found = visible_deal(page_request, pk)
    if not rules.can_edit_seen_deal(page_request.viewer, found):
        raise PermissionDenied
    return found
