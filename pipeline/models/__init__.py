from pipeline.models import (
    accounts,
    activities,
    activity_targets,
    deal_people,
    deals,
    exits,
    imports,
    merges,
    outcomes,
    recompute,
    reviews,
    risk,
)

__all__ = [
    "accounts",
    "activities",
    "activity_targets",
    "deal_people",
    "deals",
    "exits",
    "imports",
    "merges",
    "outcomes",
    "recompute",
    "reviews",
    "risk",
]
