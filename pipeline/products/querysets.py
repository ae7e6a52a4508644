"""Filters of products."""

from pipeline.querysets import SharedQuerySet


class ProductQuerySet(SharedQuerySet):
    """What is sold."""
