"""A stay in a team."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay in a team from ``since`` up to, and not including, ``until`` (None: still there)."""

    team: int
    since: date
    until: date | None

    @classmethod
    def read(cls, team: int, since: str, until: str | None) -> "Stay":
        """Return the seat from JSON, as a statement about other rows carries it along."""
        return cls(team, date.fromisoformat(since), date.fromisoformat(until) if until else None)

    def holds(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)
