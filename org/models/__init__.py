from org.models import audit, calendar, people, quotas, teams, territories, tokens

__all__ = ["audit", "calendar", "people", "quotas", "teams", "territories", "tokens"]
