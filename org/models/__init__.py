from org.models import audit, calendar, people, quotas, teams, territories

__all__ = ["audit", "calendar", "people", "quotas", "teams", "territories"]
