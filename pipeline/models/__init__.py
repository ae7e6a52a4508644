from pipeline.models import (
    accounts,
    activities,
    deal_people,
    deals,
    imports,
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
    "recompute",
    "reviews",
    "risk",
]
