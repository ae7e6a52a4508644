from pipeline.models import accounts, activities, deals, recompute

__all__ = ["accounts", "activities", "deals", "recompute"]
