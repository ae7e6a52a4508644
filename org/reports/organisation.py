"""The fiscal calendar, the teams and the people, as figures and quotas need them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from kit.money import cents
from kit.periods import (
    EARLIER_PERIODS,
    INSTANT,
    Period,
    WorkingDays,
    Workweek,
    end_of_day,
    start_of_day,
    working_days,
)
from kit.sql import fetch, named, read
from org.access import local_day
from org.enums import Measure, PeriodKind, SubjectKind
from org.metrics import DatedPlacement, DatedTree, FiscalSpan, QuotaBook, Stay, Subject
from org.models.calendar import Organisation
from org.models.people import Person

CALENDAR = read("org/sql/calendar.sql")
ROSTER = read("org/sql/roster.sql")
QUOTAS = read("org/sql/quotas.sql")
NOT_READ = "NULL::timestamptz"


class Fiscal(Protocol):
    """What figures need of a fiscal period: a FiscalPeriod row, or a Named."""

    @property
    def pk(self) -> int: ...

    @property
    def period(self) -> Period: ...


@dataclass(frozen=True, slots=True)
class NamedPeriod:
    """A fiscal period as the pages name it."""

    pk: int
    kind: str
    parent: int | None
    period: Period


@dataclass(frozen=True)
class FiscalCalendar:
    """Calendar and teams as they are today; read once for each page or job.

    ``parents`` is the tree of teams of today, by which access is judged. ``teams`` and
    ``territories`` are the trees with their past, by which figures count.
    """

    organisation: Organisation
    periods: tuple[NamedPeriod, ...]
    week: Workweek
    parents: Mapping[int, int | None]
    team_names: Mapping[int, str]
    archived_teams: frozenset[int]
    teams: DatedTree
    territories: DatedTree

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.organisation.time_zone)

    def day(self, moment: datetime) -> date:
        """Return the organisation's day that ``moment`` falls on."""
        return local_day(moment, time_zone=self.organisation.time_zone)

    def first_open_day(self, moment: datetime) -> date:
        """Return the first day that is not over at ``moment``; the day itself while it runs."""
        return self.day(moment + INSTANT)

    def start_of(self, day: date) -> datetime:
        """Return the moment at which ``day`` begins."""
        return start_of_day(day, zone=self.zone)

    def end_of(self, day: date) -> datetime:
        """Return the last microsecond of ``day``."""
        return end_of_day(day, zone=self.zone)

    def working_days(self, period: Period, *, moment: datetime) -> WorkingDays:
        return working_days(period, week=self.week, first_open_day=self.first_open_day(moment))

    def named(self, pk: int) -> NamedPeriod:
        """Return the period with this id; KeyError without one."""
        return self._by_id[pk]

    def holding(self, day: date, kind: str = PeriodKind.QUARTER) -> NamedPeriod | None:
        """Return the period of a kind that holds ``day``; None where the calendar ends before."""
        return next((p for p in self.periods if p.kind == kind and day in p.period), None)

    def earlier(self, period: NamedPeriod) -> list[NamedPeriod]:
        """Return the up to 4 periods of the same kind before this one, the oldest first."""
        same = [p for p in self.periods if p.kind == period.kind]
        return [p for p in same if p.period.start < period.period.start][-EARLIER_PERIODS:]

    def span(self, pk: int) -> FiscalSpan:
        """Return the period with this id and its parts, as quotas resolve over them."""
        parts = [p.pk for p in self.periods if p.parent == pk]
        last_day = self.named(pk).period.last_day
        return FiscalSpan(pk=pk, last_day=last_day, parts=tuple(self.span(part) for part in parts))

    @cached_property
    def _by_id(self) -> dict[int, NamedPeriod]:
        return {p.pk: p for p in self.periods}


def around(period: Period, day: date) -> Period:
    """Return the shortest span that holds the whole period and the day."""
    return Period(min(period.start, day), max(period.end, day + timedelta(days=1)))


def fiscal_calendar() -> FiscalCalendar:
    """Read calendar and teams in one statement; without an organisation the calendar is empty."""
    return FiscalCalendar(**calendar_parts(organisation_row(CALENDAR)))


def organisation_row(statement: str) -> Any:
    """Return the organisation with what a statement tells beside it; None without one."""
    return next(iter(Organisation.objects.raw(statement)), None)


def calendar_parts(found: Any) -> dict[str, Any]:
    """Return the parts of a calendar from its row; those of an empty one without a row."""
    if found is None:
        found = Organisation()
        read = ("days_off", "calendar", "tree", "team_places", "territory_places")
        vars(found).update({name: [] for name in read})
    return {
        "organisation": found,
        "periods": tuple(_named(row) for row in found.calendar),
        "week": Workweek(frozenset(found.working_days), frozenset(found.days_off)),
        "parents": {team["pk"]: team["parent"] for team in found.tree},
        "team_names": {team["pk"]: team["name"] for team in found.tree},
        "archived_teams": frozenset(team["pk"] for team in found.tree if team["archived"]),
        "teams": _tree(found.team_places),
        "territories": _tree(found.territory_places),
    }


def _tree(rows: list[dict]) -> DatedTree:
    return DatedTree(
        DatedPlacement(
            row["node"],
            row["parent"],
            date.fromisoformat(row["since"]),
            date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in rows
    )


def _named(row: dict) -> NamedPeriod:
    start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    return NamedPeriod(row["pk"], row["kind"], row["parent"], Period(start, end, row["label"]))


@dataclass(frozen=True, slots=True)
class Seller:
    """A person with the seats of the span that was read, in order.

    ``sells``: has the rep role today. ``shown``: the viewer may see this person's deals and
    numbers. ``last_activity`` is what the reader asked for. The seat that somebody left from lets
    their deals count for the team beyond its end.
    """

    pk: int
    name: str
    title: str
    sells: bool
    active: bool
    started_on: date | None
    left_on: date | None
    shown: bool
    last_activity: datetime | None
    stays: tuple[Stay, ...]

    def gone_by(self, day: date) -> bool:
        """Whether the person has left by ``day``."""
        return self.left_on is not None and self.left_on <= day


@dataclass(frozen=True, slots=True)
class Roster:
    """Everybody, by id."""

    people: Mapping[int, Seller]

    def team_on(self, person: int, day: date) -> int | None:
        """Return the team that a person was in on a day of the span; None outside of any."""
        found = self.people.get(person)
        return next((stay.team for stay in found.stays if stay.holds(day)), None) if found else None

    def counted_on(self, person: int, day: date) -> int | None:
        """Return the team that a person's deals and quota count for on a day of the span.

        It is the team of the day, or the one that whoever has left was in on their last day: a
        quota of that team's own holds theirs, so that it is no quota beside the team's.
        """
        found = self.people.get(person)
        if found is None or not found.gone_by(day):
            return self.team_on(person, day)
        last_day = (found.left_on or day) - timedelta(days=1)
        return next((stay.team for stay in found.stays if stay.holds(last_day)), None)

    def in_teams(self, teams: frozenset[int], day: date) -> set[int]:
        """Return who was in these teams on a day."""
        return {pk for pk in self.people if self.team_on(pk, day) in teams}


def roster(
    span: Period,
    *,
    viewer: Person | None = None,
    last_activity: str = NOT_READ,
    **values: Any,
) -> Roster:
    """Read all people with the seats by which they count on some day of ``span``.

    Without a viewer, none is shown. ``last_activity`` is SQL for a moment of ``person``, with the
    ``values`` that it needs.
    """
    shown, known = "FALSE", {"start": span.start, "end": span.end, **values}
    if viewer is not None:
        led, of_viewer = named(Person.objects.led_by(viewer).order_by().values("pk"))
        shown, known = f"person.id IN ({led})", known | of_viewer
    statement = ROSTER.format(shown=shown, last_activity=last_activity)
    return Roster({row[0]: _seller(*row) for row in fetch(statement, known)})


def _seller(*row: Any) -> Seller:
    *told, stays = row
    return Seller(*[*told, tuple(Stay.read(**stay) for stay in stays)])


def roster_of(period: Fiscal, as_of: datetime, calendar: FiscalCalendar, **told: Any) -> Roster:
    """Read the people with their seats of the period and of the as-of day; see ``roster``."""
    return roster(around(period.period, calendar.day(as_of)), **told)


def quota_book(
    measure: Measure,
    spans: Iterable[FiscalSpan],
    as_of: datetime,
    *,
    calendar: FiscalCalendar,
    people: Roster,
) -> QuotaBook:
    """Read the quotas of a measure for periods and their parts as they were at ``as_of``."""
    periods = sorted({pk for span in spans for pk in span.ids()})
    rows = fetch(QUOTAS, {"measure": measure, "periods": periods, "moment": as_of})
    amounts = {
        (_subject(*subject), period): cents(target) if measure == Measure.BOOKINGS else int(target)
        for *subject, period, target in rows
        if target is not None
    }
    return QuotaBook(
        rows=amounts,
        teams=calendar.teams,
        team_on=people.counted_on,
        as_of=calendar.day(as_of),
        territories=calendar.territories,
    )


def _subject(person: int | None, team: int | None, territory: int | None) -> Subject:
    if person is not None:
        return Subject(SubjectKind.PERSON, person)
    if team is not None:
        return Subject(SubjectKind.TEAM, team)
    return Subject(SubjectKind.TERRITORY, territory or 0)
