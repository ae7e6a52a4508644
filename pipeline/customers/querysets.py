"""Filters of accounts and contacts."""

from pipeline.querysets import SharedQuerySet


class AccountQuerySet(SharedQuerySet):
    """Customers: everybody who sells sees all of them, so that none is entered twice."""


class ContactQuerySet(SharedQuerySet):
    """People at customers."""
