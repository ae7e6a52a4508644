from pipeline.models import (
    accounts,
    activities,
    deal_people,
    deals,
    exits,
    imports,
    outcomes,
    recompute,
    reviews,
    risk,
)

__all__ = [
    "accounts",
    "activities",
    "deal_people",
    "deals",
    "exits",
    "imports",
    "outcomes",
    "recompute",
    "reviews",
    "risk",
]
