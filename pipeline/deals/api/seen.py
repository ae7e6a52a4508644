"""Deals and people that a viewer of the API may see."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from org.api_requests import ApiRequest
from org.models.people import Person
from pipeline.deals.models.deals import Deal


def deal_seen(request: ApiRequest, pk: int) -> Deal:
    """Return a deal with its owner, by whom it is judged what may be done to it."""
    rows = Deal.objects.visible_to(request.user).select_related("owner")
    return get_object_or_404(rows, pk=pk)


def people_seen(viewer: Person) -> QuerySet[Person]:
    """Return the people who may be named."""
    return Person.objects.visible_to(viewer)
