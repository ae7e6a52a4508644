from pipeline.models import accounts, activities, deals

__all__ = ["accounts", "activities", "deals"]
