from pipeline.models import accounts, activities, deals, imports, recompute

__all__ = ["accounts", "activities", "deals", "imports", "recompute"]
