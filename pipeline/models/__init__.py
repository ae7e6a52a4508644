from pipeline.models import (
    accounts,
    activities,
    deal_people,
    deals,
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
    "imports",
    "outcomes",
    "recompute",
    "reviews",
    "risk",
]
