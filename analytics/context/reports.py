"""What a page of figures is about: calendar, scope, period, moment and viewer."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils.http import urlencode

from kit.periods import Period
from kit.sql import read
from org import access
from org.enums import SubjectKind
from org.metrics import DatedTree, Stay, Subject
from org.models.people import Person
from org.querysets import overlapping
from org.reports.organisation import CALENDAR as FISCAL_CALENDAR
from org.reports.organisation import (
    FiscalCalendar,
    NamedPeriod,
    Roster,
    Seller,
    calendar_parts,
    organisation_row,
)
from pipeline.customers.models import AccountTerritory
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.deals.reports.selection import CLOSED, DealSelection
from pipeline.enums import Status

CALENDAR = read("analytics/context/sql/calendar.sql").format(calendar=FISCAL_CALENDAR)
ALL, BELOW = "all", "mine"


@contextmanager
def one_state(*, read_only: bool = True) -> Iterator[None]:
    """Make every read inside the block see the same state, whatever commits meanwhile.

    Parts could not add up to their whole otherwise. Inside a transaction that is already open,
    its own isolation holds.
    """
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            access = "READ ONLY" if read_only else "READ WRITE"
            cursor.execute(f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, {access}")
        yield


@dataclass(frozen=True, slots=True)
class PipelineChoice:
    """A pipeline in use, as pages offer it."""

    pk: int
    name: str
    is_default: bool


@dataclass(frozen=True)
class OrganisationCalendar(FiscalCalendar):
    """The calendar with the pipelines in use, in their order; read once for each page or job."""

    pipelines: tuple[PipelineChoice, ...] = ()
    # Whether any deal's credit was ever split: where not, no query for splits is needed.
    has_splits: bool = False


def organisation_calendar() -> OrganisationCalendar:
    """Read the calendar in one statement; without an organisation it is empty."""
    found = organisation_row(CALENDAR)
    if found is None:
        return OrganisationCalendar(**calendar_parts(None))
    return OrganisationCalendar(
        **calendar_parts(found),
        pipelines=tuple(PipelineChoice(**row) for row in found.pipelines),
        has_splits=found.has_splits,
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """A team or territory with those below it, everyone, one person, or one with their reports.

    ``tree`` is that of teams or territories with its past, for a scope that lies in one;
    ``people`` are those of a group without a team. Where both are None, it is everyone.
    ``depth`` is how deep a team lies below the first one shown.
    """

    subject: Subject
    label: str
    tree: DatedTree | None = None
    people: frozenset[int] | None = None
    depth: int = 0

    @property
    def team(self) -> int | None:
        """The team that the scope is; None for one of another kind."""
        return self.subject.pk if self.subject.kind is SubjectKind.TEAM else None

    def inside(self, day: date) -> frozenset[int]:
        """Return the ids of the team or territory and of those that were in it on a day."""
        return self.tree.inside(self.subject.pk, day) if self.tree else frozenset()

    def ever_inside(self) -> frozenset[int]:
        """Return the ids of the team or territory and of those that ever were in it."""
        return self.tree.ever_inside(self.subject.pk) if self.tree else frozenset()

    @property
    def key(self) -> str:
        """The scope as it is in an address."""
        if self.subject.kind is SubjectKind.TEAM:
            return str(self.subject.pk)
        return ALL if self.subject.kind is SubjectKind.EVERYONE else BELOW

    @property
    def name(self) -> str:
        """The scope as a table's total or a sentence calls it."""
        return self.label

    def owes(self, seller: Seller, day: date) -> bool:
        """Whether a person's quota is part of the scope's; among reports, not once they left."""
        if self.people is not None and seller.pk not in self.people:
            return False
        return not (self.subject.kind is SubjectKind.BELOW and seller.gone_by(day))

    def of(self, deals: DealSelection) -> DealSelection:
        """Return the deals of the selection that count for this scope."""
        kind, pk = self.subject.kind, self.subject.pk
        if kind is SubjectKind.TEAM:
            return deals.but(team=pk)
        if kind is SubjectKind.BELOW:
            return deals.but(below=pk)
        if kind is SubjectKind.TERRITORY:
            return deals.but(territory=pk)
        if kind is SubjectKind.PERSON:
            return deals.but(credited_to=pk) if deals.is_closed else deals.but(owner=pk)
        return deals


def scopes_of(viewer: Person, calendar: OrganisationCalendar) -> Sequence[Scope]:
    """Return what the viewer may look at on the team dashboard, the widest first.

    Admins and executives choose everyone or any team; a manager the teams led today and those
    in them or, leading none, the people below; nobody else has a choice.
    """
    if access.sees_everyone(viewer):
        shown = set(calendar.parents) - calendar.archived_teams
        return [Scope(Subject(SubjectKind.EVERYONE), "Everyone"), *_teams(shown, calendar)]
    if not viewer.is_manager:
        return []
    led = access.led_team_ids(viewer, parents=calendar.parents) - calendar.archived_teams
    if led:
        return _teams(led, calendar)
    people = frozenset(access.people_below(viewer).values_list("descendant", flat=True))
    below = Subject(SubjectKind.BELOW, viewer.pk)
    return [Scope(below, f"{viewer.full_name} and reports", people=people)]


def person_scope(person: Person) -> Scope:
    """Return one person's own numbers."""
    subject = Subject(SubjectKind.PERSON, person.pk)
    return Scope(subject, person.full_name, people=frozenset({person.pk}))


def territory_scope(territory: int, name: str, calendar: OrganisationCalendar) -> Scope:
    """Return the numbers of a territory and those in it."""
    return Scope(Subject(SubjectKind.TERRITORY, territory), name, tree=calendar.territories)


def _teams(shown: set[int], calendar: OrganisationCalendar) -> list[Scope]:
    """Return the teams depth first, those on one level by name."""
    found: list[Scope] = []

    def walk(team: int, depth: int) -> None:
        subject = Subject(SubjectKind.TEAM, team)
        found.append(Scope(subject, calendar.team_names[team], tree=calendar.teams, depth=depth))
        for child in calendar.team_names:
            if child in shown and calendar.parents[child] == team:
                walk(child, depth + 1)

    for team in calendar.team_names:
        if team in shown and calendar.parents[team] not in shown:
            walk(team, 0)
    return found


def closed_in(period: Period, status: str = CLOSED) -> DealSelection:
    """Return the deals that closed in the period, or those of them won or lost.

    Outcomes count each deal once, for its owner at the closing; bookings follow credit splits.
    """
    return DealSelection(
        status=status, closed_from=period.start, closed_to=period.end, whole=status == CLOSED
    )


@dataclass(frozen=True, kw_only=True)
class ReportView:
    """What every part of a page of figures shares.

    ``as_of`` is a past day, whose end ``moment`` is; None means now. ``pipeline`` narrows the
    deals to those of one pipeline; None takes all. The selections below are
    what the figures are computed from and what they link to.
    """

    viewer: Person
    scope: Scope
    period: NamedPeriod
    moment: datetime
    as_of: date | None
    calendar: OrganisationCalendar
    pipeline: int | None = None

    @cached_property
    def day(self) -> date:
        """The organisation's day that is selected."""
        return self.calendar.day(self.moment)

    def days_since(self, moment: datetime | None) -> int | None:
        """Return the days from ``moment`` to the as-of day; None for no moment."""
        return None if moment is None else (self.day - self.calendar.day(moment)).days

    def deals(self, selection: DealSelection) -> DealSelection:
        """Return the deals of the selection that count for the scope at this moment."""
        return self.scope.of(selection.but(as_of=self.as_of, pipeline=self.pipeline))

    def versions(self, selection: DealSelection) -> DealVersionQuerySet:
        """Return the deals of a selection of this report view as they were."""
        rows: DealVersionQuerySet = selection.versions(
            moment=self.moment, day=self.day, calendar=self.calendar
        )
        return rows

    def quota_url(self, **but: Any) -> str:
        """Return the address of the quotas behind that of the scope.

        ``but`` names another ``team``, or a ``person`` of the scope alone.
        """
        subject = self.scope.subject
        mine = subject.kind is SubjectKind.PERSON
        whose: dict[str, Any] = {"person": subject.pk} if mine else {"team": self.scope.key}
        given = {**whose, "period": self.period.pk, "as_of": self.as_of, **but}
        named = {key: value for key, value in given.items() if value is not None}
        return f"{reverse('analytics:quota-sources')}?{urlencode(named)}"

    @cached_property
    def won(self) -> DealSelection:
        """Deals won in the period."""
        return self.deals(closed_in(self.period.period, Status.WON))

    @cached_property
    def closed(self) -> DealSelection:
        """Deals won and lost in the period."""
        return self.deals(closed_in(self.period.period))

    @cached_property
    def open(self) -> DealSelection:
        """All open deals."""
        return self.deals(DealSelection(status=Status.OPEN))

    @cached_property
    def closing(self) -> DealSelection:
        """Open deals that are expected to close in the period."""
        period = self.period.period
        return self.open.but(close_from=period.start, close_to=period.end)


@dataclass(frozen=True, slots=True)
class Counting:
    """The people, team memberships and territories that decide which deals are in a scope.

    ``lying`` holds where each account lay, of those that lay in the scope's territory on some
    day of the span that was read; empty for other scopes. ``stages`` are those of the pipeline
    that is looked at; None for all.
    """

    report_view: ReportView
    people: Roster
    lying: Mapping[int, tuple[Stay, ...]]
    stages: frozenset[int] | None = None
    # A few people close many deals on a few days: each pair is decided once.
    _known: dict[tuple[int, date], bool] = field(default_factory=dict, init=False, compare=False)

    def in_pipeline(self, stage: int) -> bool:
        """Whether a stage is one of the pipeline that is selected."""
        return self.stages is None or stage in self.stages

    def counts(
        self,
        *,
        status: str,
        owner: int,
        credited_to: int | None,
        account: int | None,
        closed_on: date | None,
        day: date,
    ) -> bool:
        """Whether a deal counts as it was on ``day``.

        An open one counts by its owner and where its account lies on that day, a closed one by
        who has the credit and where the account lay on the day of the closing.
        """
        is_open = status == Status.OPEN or credited_to is None or closed_on is None
        on = day if is_open or closed_on is None else closed_on
        if self.report_view.scope.subject.kind is SubjectKind.TERRITORY:
            return self._lies(account, on)
        return self.has(owner if is_open or credited_to is None else credited_to, on)

    def has(self, person: int, day: date) -> bool:
        """Whether what the person owns counts for the scope on ``day``."""
        scope = self.report_view.scope
        if scope.team is None:
            return scope.people is None or person in scope.people
        found = self._known.get((person, day))
        if found is None:
            found = self.people.counted_on(person, day) in scope.inside(day)
            self._known[person, day] = found
        return found

    def who(self) -> set[int] | None:
        """Return everybody who was in the scope on some day that was read; None for all."""
        scope = self.report_view.scope
        if scope.team is None:
            return None if scope.people is None else set(scope.people)
        teams = scope.ever_inside()
        return {
            pk
            for pk, person in self.people.people.items()
            if any(stay.team in teams for stay in person.stays)
        }

    def moved_people(self, since: date, until: date) -> set[int]:
        """Return the people whose deals count on exactly one of the two days."""
        if self.report_view.scope.team is None:
            return set()
        return {pk for pk in self.people.people if self.has(pk, since) != self.has(pk, until)}

    def moved_accounts(self, since: date, until: date) -> set[int]:
        """Return the accounts that were in the scope's territory on exactly one of the two days."""
        return {pk for pk in self.lying if self._lies(pk, since) != self._lies(pk, until)}

    def _lies(self, account: int | None, day: date) -> bool:
        stays = () if account is None else self.lying.get(account, ())
        inside = self.report_view.scope.inside(day)
        return any(stay.team in inside and stay.holds(day) for stay in stays)


def lying_in(territories: frozenset[int], span: Period) -> dict[int, tuple[Stay, ...]]:
    """Return the stays in these territories, by account, that hold on some day of the span."""
    found: dict[int, tuple[Stay, ...]] = {}
    stays = AccountTerritory.objects.filter(
        overlapping(span.start, span.end), territory__in=territories
    )
    for account, territory, since, until in stays.values_list(
        "account", "territory", "valid_from", "valid_to"
    ):
        found[account] = (*found.get(account, ()), Stay(territory, since, until))
    return found
