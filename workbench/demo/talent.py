"""What the simulation knows of each person, ready for arithmetic."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.demo.days import SimulatedDays
from workbench.demo.deals import Floats, Ints
from workbench.demo.people import SimulatedRoster

RAMP_DAYS = 180


def ramped(age: NDArray[Any]) -> Floats:
    """Return the productivity after so many days: from 0.2 on the first to 1 when ramped."""
    return np.clip(0.2 + 0.8 * age / RAMP_DAYS, 0.2, 1.0)


@dataclass(slots=True)
class Talent:
    """What the simulation knows of each person, as arrays by person number."""

    skill: Floats
    optimism: Floats
    diligence: Floats
    drive: Floats
    started_on: Ints
    leaves_on: Ints
    team: NDArray[np.int16]
    lead: NDArray[np.int64]

    @classmethod
    def of(cls, roster: SimulatedRoster, days: SimulatedDays) -> "Talent":
        people = roster.people
        leads = np.zeros((len(roster.teams), days.count), dtype=np.int64)
        for n, (_, parent) in enumerate(roster.teams):
            # Where a team has no lead for a while, the lead above signs.
            leads[n] = leads[parent] if parent is not None else roster.leads(n)[0].person
            for m in roster.leads(n):
                start = max(0, days.number(m.days.start))
                leads[n, start : days.number(m.days.end) if m.days.end else None] = m.person
        return cls(
            skill=np.array([p.skill for p in people]),
            optimism=np.array([p.optimism for p in people]),
            diligence=np.array([p.diligence for p in people]),
            drive=np.array([p.drive for p in people]),
            started_on=np.array([days.number(p.started_on) for p in people], dtype=np.int32),
            leaves_on=np.array(
                [days.number(p.sells.end) if p.sells and p.sells.end else 10**6 for p in people],
                dtype=np.int32,
            ),
            team=roster.team_by_day(days),
            lead=leads,
        )

    def ramp(self, day: int) -> Floats:
        """Return each person's productivity on the day."""
        return ramped(day - self.started_on)
