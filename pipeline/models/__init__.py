from pipeline.models import accounts, activities, deals, imports, recompute, reviews

__all__ = ["accounts", "activities", "deals", "imports", "recompute", "reviews"]
