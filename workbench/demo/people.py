"""Who works where and when: teams, managers who change, reps who join, move, rise and leave."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from org.enums import Role
from workbench.demo.days import SimulatedDays
from workbench.demo.deals import Floats, Ints
from workbench.demo.plan import DOMAIN, Plan
from workbench.demo.words import DIVISIONS, FIRST_NAMES, LAST_NAMES, REGIONS

LEAVERS_PER_YEAR = 0.17
REPS_PER_TEAM = 8
RAMP_DAYS = 180
TRAITS = ("skill", "optimism", "diligence", "drive")
STAFF = 4  # chief executive, sales operations, recruiter, vice president
WHOLE = "Sales"


@dataclass(slots=True)
class EmployedSpan:
    """Days from ``start`` up to, and not including, ``end``; None for still."""

    start: date
    end: date | None = None

    def meet(self, other: "EmployedSpan") -> "EmployedSpan | None":
        """Return the days in both, or None."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end]
        end = min(ends) if ends else None
        return EmployedSpan(start, end) if end is None or start < end else None


@dataclass(slots=True)
class Employee:
    """A person with what nobody in the organisation can see: skill, bias, diligence.

    ``skill`` and ``optimism`` are in standard deviations; ``diligence`` is the share of chores
    that get done; ``drive`` scales how many deals the person opens. ``sells`` is None for those
    who own no deals.
    """

    index: int
    name: str
    title: str
    roles: tuple[Role, ...]
    started_on: date
    left_on: date | None = None
    sells: EmployedSpan | None = None
    skill: float = 0.0
    optimism: float = 0.0
    diligence: float = 0.8
    drive: float = 1.0
    log_in_for: str = ""

    @property
    def email(self) -> str:
        return f"{self.name.lower().replace(' ', '.')}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Membership:
    person: int
    team: int
    days: EmployedSpan
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class SimulatedLine:
    person: int
    manager: int
    days: EmployedSpan


@dataclass(slots=True)
class SimulatedRoster:
    """Everybody and everything that organises them.

    ``teams`` lists (name, parent's index or None); a team's territory bears its name and index.
    ``selling_teams`` are the indices of the teams that reps belong to.
    """

    people: list[Employee] = field(default_factory=list)
    teams: list[tuple[str, int | None]] = field(default_factory=list)
    selling_teams: list[int] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    lines: list[SimulatedLine] = field(default_factory=list)

    @property
    def reps(self) -> list[Employee]:
        return [person for person in self.people if person.sells]

    def leads(self, team: int) -> list[Membership]:
        return [m for m in self.memberships if m.team == team and m.is_lead]

    def team_by_day(self, days: SimulatedDays) -> np.ndarray:
        """Return an array [person, day] of the team that the person sells in, -1 for none."""
        table = np.full((len(self.people), days.count), -1, dtype=np.int16)
        for m in self.memberships:
            sells = self.people[m.person].sells
            span = sells.meet(m.days) if sells else None
            if span:
                start = max(0, days.number(span.start))
                end = days.number(span.end) if span.end else days.count
                table[m.person, start : max(start, end)] = m.team
        return table


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
            **{name: np.array([getattr(p, name) for p in people]) for name in TRAITS},
            started_on=np.array([days.number(p.started_on) for p in people], dtype=np.int32),
            leaves_on=np.array(
                [days.number(p.sells.end) if p.sells and p.sells.end else 10**6 for p in people],
                dtype=np.int32,
            ),
            team=roster.team_by_day(days),
            lead=leads,
        )

    def ramp(self, day: int) -> Floats:
        return ramped(day - self.started_on)


def recruit(plan: Plan, days: SimulatedDays, rng: np.random.Generator) -> SimulatedRoster:
    """Return the organisation's people over the whole history; nobody comes or goes after today."""
    return _Recruiting(plan, days, rng).run()


class _Recruiting:
    """The steps of ``recruit``, which share the names still free and the roster so far."""

    def __init__(self, plan: Plan, days: SimulatedDays, rng: np.random.Generator) -> None:
        self.plan, self.days, self.rng = plan, days, rng
        self.roster = SimulatedRoster()
        self.used: set[str] = set()
        # The seat of each rep now: person, team.
        self.seats: list[tuple[Employee, int]] = []

    def run(self) -> SimulatedRoster:
        self._staff_and_teams()
        self._fill_seats()
        self._swap_teams()
        self._change_manager()
        self._draw_lines()
        return self.roster

    def _name(self) -> str:
        while True:
            name = f"{self.rng.choice(FIRST_NAMES)} {self.rng.choice(LAST_NAMES)}"
            if len(self.used) >= len(FIRST_NAMES) * len(LAST_NAMES) // 2:
                name += f" {len(self.used)}"
            if name not in self.used:
                self.used.add(name)
                return name

    def _hire(
        self, title: str, roles: tuple[Role, ...], started_on: date, log_in_for: str = ""
    ) -> Employee:
        index, name = len(self.roster.people), self._name()
        person = Employee(index, name, title, roles, started_on, log_in_for=log_in_for)
        self.roster.people.append(person)
        return person

    def _hire_rep(self, started_on: date) -> Employee:
        title = str(
            self.rng.choice(["Account Executive", "Senior Account Executive"], p=[0.7, 0.3])
        )
        person = self._hire(title, (Role.REP,), started_on)
        person.sells = EmployedSpan(started_on)
        person.skill = float(self.rng.normal())
        person.optimism = float(self.rng.normal())
        person.diligence = float(np.clip(self.rng.beta(6, 2), 0.25, 0.97))
        person.drive = float(np.exp(self.rng.normal(0, 0.25)))
        return person

    def _long_ago(self) -> date:
        """Return a Monday one to seven years before the history begins."""
        return _monday(self.days.first - timedelta(days=int(self.rng.integers(365, 7 * 365))))

    def _staff_and_teams(self) -> None:
        chief = self._hire("Chief Executive", (Role.EXECUTIVE,), self._long_ago(), "executive")
        self._hire("Head of Sales Operations", (Role.ADMIN,), self._long_ago(), "admin")
        self._hire("Talent Partner", (Role.RECRUITER,), self._long_ago(), "recruiter")
        vice = self._hire("VP Sales", (Role.MANAGER,), self._long_ago())
        self._add_team(WHOLE, None, vice)
        self.roster.lines += [
            SimulatedLine(p.index, chief.index, EmployedSpan(p.started_on))
            for p in self.roster.people[1:]
        ]
        count = max(2, round((self.plan.people - STAFF) / (REPS_PER_TEAM + 1.3)))
        divisions = [0] * len(DIVISIONS)
        if count >= 4:
            for n, name in enumerate(DIVISIONS):
                director = self._hire(
                    f"Sales Director, {name}", (Role.MANAGER,), self._long_ago(),
                    "director" if n == 0 else "",
                )  # fmt: skip
                divisions[n] = self._add_team(name, 0, director)
        else:
            vice.log_in_for = "director"
        for n in range(count):
            region, division = REGIONS[n % len(REGIONS)]
            again = f" {n // len(REGIONS) + 1}" if n >= len(REGIONS) else ""
            lead = self._hire(
                f"Sales Manager, {region}{again}", (Role.MANAGER,), self._long_ago(),
                "manager" if n == 0 else "",
            )  # fmt: skip
            self.roster.selling_teams.append(
                self._add_team(region + again, divisions[division], lead)
            )

    def _add_team(self, name: str, parent: int | None, lead: Employee) -> int:
        team = len(self.roster.teams)
        self.roster.teams.append((name, parent))
        self.roster.memberships.append(
            Membership(lead.index, team, EmployedSpan(lead.started_on), is_lead=True)
        )
        return team

    def _fill_seats(self) -> None:
        """Fill every rep's seat from its opening until today, leavers replaced after a while."""
        seats = self.plan.people - len(self.roster.people)
        for n in range(seats):
            team = self.roster.selling_teams[n % len(self.roster.selling_teams)]
            # The first seat keeps its person: the rep whose log-in is shown has a long history.
            if n == 0 or self.rng.random() < 0.72:
                person = self._hire_rep(self._long_ago())
                at = self.days.first
            else:
                last = max(self.days.start + 1, self.days.today - 30)
                at = self.days.date(int(self.rng.integers(self.days.start, last)))
                person = self._hire_rep(_monday(at))
                at = person.started_on
            if n == 0:
                person.log_in_for = "rep"
                person.skill, person.diligence = 0.4, 0.8
            else:
                person = self._succession(person, team, at, hurry=n == 1)
            self._join(person, team, person.started_on)

    def _succession(self, person: Employee, team: int, at: date, *, hurry: bool) -> Employee:
        """Return who holds the seat today after those who left it; ``hurry``: one left lately."""
        while True:
            stay = 365 / LEAVERS_PER_YEAR * np.exp(0.35 * person.skill)
            leaves = at + timedelta(days=120 + int(self.rng.exponential(stay)))
            gap = int(self.rng.integers(14, 60))
            if hurry:
                leaves, gap = self.plan.today - timedelta(days=52), 18
                hurry = False
            comes = _monday(leaves + timedelta(days=gap + 7))
            if comes >= self.plan.today or leaves <= person.started_on:
                return person
            self._join(person, team, person.started_on)
            person.left_on = leaves
            self._stop(person, leaves)
            person = self._hire_rep(comes)
            at = comes

    def _join(self, person: Employee, team: int, since: date) -> None:
        self.roster.memberships.append(Membership(person.index, team, EmployedSpan(since)))

    def _stop(self, person: Employee, day: date) -> None:
        if person.sells:
            person.sells.end = day
        for m in self.roster.memberships:
            if m.person == person.index and m.days.end is None:
                m.days.end = day

    def _settled(self) -> list[Employee]:
        """Return the reps who sold in one team all along and whose log-in is not shown."""
        return [
            p for p in self.roster.reps
            if p.started_on < self.days.first and p.sells and p.sells.end is None
            and not p.log_in_for
            and sum(m.person == p.index for m in self.roster.memberships) == 1
        ]  # fmt: skip

    def _swap_teams(self) -> None:
        """Let pairs of reps change places at the start of a month; their deals go with them."""
        for _ in range(max(1, self.plan.people // 40)):
            settled = self._settled()
            team_of = {m.person: m.team for m in self.roster.memberships}
            first = settled[int(self.rng.integers(len(settled)))] if settled else None
            others = [p for p in settled if first and team_of[p.index] != team_of[first.index]]
            if first is None or not others:
                return
            second = others[int(self.rng.integers(len(others)))]
            day = self._some_day(0.3, 0.8).replace(day=1)
            for person, team in (
                (first, team_of[second.index]),
                (second, team_of[first.index]),
            ):
                for m in self.roster.memberships:
                    if m.person == person.index:
                        m.days.end = day
                self._join(person, team, day)

    def _some_day(self, low: float, high: float) -> date:
        share = self.rng.uniform(low, high)
        return self.days.date(int(self.days.start + share * (self.days.today - self.days.start)))

    def _change_manager(self) -> None:
        """Let one manager leave; after three weeks a rep of another team takes over."""
        team = self.roster.selling_teams[-1]
        lead = self.roster.leads(team)[0]
        team_of = {m.person: m.team for m in self.roster.memberships}
        heirs = [p for p in self._settled() if team_of[p.index] != team]
        if not heirs or self.plan.months < 6:
            return
        heir = max(heirs, key=lambda p: (p.skill, p.index))
        leaves = self._some_day(0.45, 0.6)
        self.roster.people[lead.person].left_on = leaves
        lead.days.end = leaves
        rises = _monday(leaves + timedelta(days=24))
        place = team_of[heir.index]
        self._stop(heir, rises)
        heir.title = f"Sales Manager, {self.roster.teams[team][0]}"
        heir.roles = (Role.MANAGER,)
        self.roster.memberships.append(
            Membership(heir.index, team, EmployedSpan(rises), is_lead=True)
        )
        successor = self._hire_rep(_monday(rises + timedelta(days=40)))
        self._join(successor, place, successor.started_on)
        # The manager who left had a seat; two people stand where one stood, so the number holds.

    def _draw_lines(self) -> None:
        """Derive who reports to whom from the teams and their leads of the time."""
        for m in self.roster.memberships:
            above = self.roster.teams[m.team][1] if m.is_lead else m.team
            if above is None:
                continue
            for span, manager in self._led(above, m.days):
                self.roster.lines.append(SimulatedLine(m.person, manager, span))
        self.roster.lines.sort(key=lambda line: (line.person, line.days.start))

    def _led(self, team: int, days: EmployedSpan) -> list[tuple[EmployedSpan, int]]:
        """Return who leads ``team`` on which of the days; where nobody does, the lead above."""
        found = [
            (span, lead.person)
            for lead in self.roster.leads(team)
            if (span := days.meet(lead.days))
        ]
        found.sort(key=lambda pair: pair[0].start)
        above = self.roster.teams[team][1]
        gaps, at = [], days.start
        for span, _ in found:
            if at < span.start:
                gaps.append(EmployedSpan(at, span.start))
            at = span.end or date.max
        if at < (days.end or date.max):
            gaps.append(EmployedSpan(at, days.end))
        if above is not None:
            for gap in gaps:
                found += self._led(above, gap)
        return sorted(found, key=lambda pair: pair[0].start)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
