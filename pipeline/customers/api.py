"""Accounts that an API request may name."""

from django.db.models import QuerySet

from org.models.people import Person
from pipeline.customers.models import Account


def accounts_seen(viewer: Person) -> QuerySet:
    return Account.objects.visible_to(viewer)
