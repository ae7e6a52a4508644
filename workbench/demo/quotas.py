"""Who is given which target, when, and why it changed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from kit.periods import Period, fiscal_year, fiscal_year_start, months, quarters
from org.enums import Measure, PeriodKind
from workbench.demo.deals import WON
from workbench.demo.people import Employee
from workbench.demo.plan import FIRST_MONTH, TIME_ZONE
from workbench.demo.story import Story, base_cents

# Quotas ask for what a fully ramped month has brought; most people bring less than the mean.
STRETCH = 1.0
GROWTH_A_YEAR = 0.04
# How a quarter's target lies over its months, and a new hire's over the months since the start.
MONTH_SHARES = (0.85, 0.95, 1.20)
RAMP = (0.0, 0.0, 0.25, 0.25, 0.5, 0.5, 0.75)
# A team's own target is less than what its people are given, so that one may miss.
TEAM_SHARE = 0.96
CORRECTION_AFTER_DAYS = 100
CORRECTION = 0.9


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One version; exactly one of ``person``, ``team`` and ``territory`` is an index, not None."""

    measure: Measure
    kind: PeriodKind
    start_on: date
    target: int | None
    reason: str
    set_at: datetime
    set_by: int
    person: int | None = None
    team: int | None = None
    territory: int | None = None


def quotas_of(story: Story) -> list[QuotaRow]:
    """Return all versions up to today, in the order in which they were set."""
    rows = _Planning(story).rows()
    now = datetime.combine(story.plan.today, time(), tzinfo=ZoneInfo(TIME_ZONE))
    return sorted(
        (row for row in rows if row.set_at <= now),
        key=lambda row: (row.set_at, row.start_on, row.measure, row.kind, *_subject(row)),
    )


def _subject(row: QuotaRow) -> tuple[int, ...]:
    return tuple(-1 if n is None else n for n in (row.person, row.team, row.territory))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=ZoneInfo(TIME_ZONE))


class _Planning:
    """The steps of ``quotas_of``, which share the usual target and the calendar."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.admin = next(p.index for p in story.roster.people if p.log_in_for == "admin")
        self.vice = story.roster.leads(0)[0].person
        self.usual = _usual_month(story) * STRETCH
        won = int((story.deals.stage == WON).sum())
        self.won_a_quarter = max(1, round(won / _rep_months(story) * 3))
        first = fiscal_year_start(story.plan.starts_on, first_month=FIRST_MONTH)
        last = fiscal_year_start(story.plan.today, first_month=FIRST_MONTH)
        self.years = [
            fiscal_year(date(y, FIRST_MONTH, 1)) for y in range(first.year, last.year + 1)
        ]
        self.found: list[QuotaRow] = []

    def rows(self) -> list[QuotaRow]:
        for year in self.years:
            for person in self.story.roster.reps:
                self._person_year(person, year)
            self._teams_year(year)
        self._correct()
        return self.found

    def _month_target(self, person: Employee, month: Period, year: Period) -> int:
        """Return the target of a month in whole thousands, 0 where the ramp asks for nothing."""
        old = (
            (month.start.year - person.started_on.year) * 12
            + month.start.month
            - person.started_on.month
        )
        ramp = 1.0 if old >= len(RAMP) else RAMP[old] if old >= 0 else 0.0
        grade = 1.12 if person.title.startswith("Senior") else 0.97
        # A person's patch is worth more or less than another's; it is not drawn anew each year.
        patch = 0.92 + 0.16 * (person.index * 37 % 100) / 100
        growth = (1 + GROWTH_A_YEAR) ** (year.start.year - self.years[-1].start.year)
        place = MONTH_SHARES[(month.start.month - FIRST_MONTH) % 3]
        return round(self.usual * grade * patch * growth * place * ramp / 1000) * 1000

    def _person_year(self, person: Employee, year: Period) -> None:
        """Plan the year of a person who sells in it; a leaver's later months are withdrawn."""
        if person.sells is None:
            return
        joined, end = person.sells.start, person.sells.end
        if joined >= year.end or (end and end <= year.start):
            return
        new = joined >= year.start
        plan = QuotaRow(
            measure=Measure.BOOKINGS,
            kind=PeriodKind.MONTH,
            start_on=year.start,
            target=None,
            reason="Ramp schedule of a new hire" if new else f"Annual plan {year.label}",
            set_at=_at(joined, 10) if new else _at(year.start - timedelta(days=14), 15),
            set_by=self.admin,
            person=person.index,
        )
        why = "Left the company" if person.left_on else "Became a manager"
        since = max(joined, self.story.plan.starts_on)
        for month in months(year):
            target = self._month_target(person, month, year)
            if target and month.end > joined and month.start >= self.story.plan.starts_on:
                row = replace(plan, start_on=month.start, target=target)
                self.found.append(row)
                if end and month.start >= end:
                    withdrawn = replace(row, target=None, reason=why, set_at=_at(end, 9))
                    self.found.append(withdrawn)
        plan = replace(plan, measure=Measure.DEALS_WON, kind=PeriodKind.QUARTER)
        self.found += [
            replace(plan, start_on=quarter.start, target=self.won_a_quarter)
            for quarter in quarters(year)
            if quarter.start >= since and not (end and quarter.start >= end)
        ]

    def _teams_year(self, year: Period) -> None:
        """Give each team, division and the whole a target of its own for each quarter."""
        planned = _at(year.start - timedelta(days=10), 15)
        for quarter in quarters(year):
            for team, total in enumerate(self._given_to_teams(quarter, planned)):
                target = round(total * TEAM_SHARE / 5000) * 5000
                if target > 0:
                    row = QuotaRow(
                        measure=Measure.BOOKINGS,
                        kind=PeriodKind.QUARTER,
                        start_on=quarter.start,
                        target=target,
                        reason=f"Annual plan {year.label}",
                        set_at=planned,
                        set_by=self.admin,
                    )
                    self.found += [replace(row, team=team), replace(row, territory=team)]

    def _given_to_teams(self, quarter: Period, planned: datetime) -> list[int]:
        """Return what the people of each team, and of the teams in it, had been given by then."""
        teams = self.story.roster.teams
        given = [0] * len(teams)
        for row in self.found:
            if row.person is None or row.measure != Measure.BOOKINGS or row.set_at >= planned:
                continue
            if row.start_on in quarter:
                given[self._team_on(row.person, quarter.start)] += row.target or 0
        for team in reversed(range(1, len(teams))):
            given[teams[team][1] or 0] += given[team]
        return given

    def _team_on(self, person: int, day: date) -> int:
        held = [m for m in self.story.roster.memberships if m.person == person]
        return next(
            (m.team for m in held if m.days.start <= day and (not m.days.end or day < m.days.end)),
            held[0].team,
        )

    def _correct(self) -> None:
        """Lower the rest of a team's year, some months into the newest year that is far enough."""
        later = timedelta(days=CORRECTION_AFTER_DAYS)
        year = next((y for y in self.years[::-1] if y.start + later < self.story.plan.today), None)
        if year is None:
            return
        day = year.start + later
        newest: dict[tuple[int, date], QuotaRow] = {}
        for row in sorted(self.found, key=lambda row: row.set_at):
            if (
                row.person is not None
                and row.kind == PeriodKind.MONTH
                and row.set_at < _at(day, 16)
            ):
                newest[row.person, row.start_on] = row
        team = self.story.roster.selling_teams[0]
        self.found += [
            replace(
                row,
                target=round(row.target * CORRECTION / 1000) * 1000,
                reason="Mid-year correction: two large accounts moved to another territory",
                set_at=_at(day, 16),
                set_by=self.vice,
            )
            for (person, start), row in newest.items()
            if day < start < year.end and row.target and self._team_on(person, day) == team
        ]


def _rep_months(story: Story) -> float:
    """Return the fully ramped months of selling in the history, over all people."""
    days = story.days
    number = np.arange(days.start, days.today)
    age = number[None, :] - story.talent.started_on[:, None]
    sells = story.talent.team[:, days.start : days.today] >= 0
    return max(1.0, float((sells * np.clip(age / 150, 0, 1)).sum() / 30.4))


def _usual_month(story: Story) -> float:
    """Return the bookings of a fully ramped month, over all people, in reporting currency."""
    won = np.flatnonzero(story.deals.stage == WON).astype(np.int32)
    cents = base_cents(
        story, won, story.deals.amount[won], story.deals.entered_on[won].astype(np.int64)
    )
    return float(cents[cents > 0].sum()) / 100 / _rep_months(story)
