"""The organisation's calendar, teams, territories and pipelines, for figures.

All in one statement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists
from django.db.models.functions import JSONObject

from analytics.context.metrics import EARLIER_PERIODS
from kit.periods import INSTANT, Period, end_of_day, start_of_day
from org.access import local_day
from org.enums import PeriodKind
from org.metrics.quotas import FiscalSpan
from org.metrics.working_days import WorkingDays, Workweek, working_days
from org.models.calendar import FiscalPeriod, Holiday, Organisation
from org.models.teams import Team, TeamPlacement
from org.models.territories import TerritoryPlacement
from org.models.trees import Placement
from org.trees import DatedPlacement, DatedTree
from pipeline.credit.models import CreditSplit
from pipeline.stages.models import Pipeline


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


@dataclass(frozen=True, slots=True)
class PipelineChoice:
    """A pipeline in use, as pages offer it."""

    pk: int
    name: str
    is_default: bool


@dataclass(frozen=True)
class OrganisationCalendar:
    """Calendar and teams as they are today; read once for each page or job.

    ``parents`` is the tree of teams of today, by which access is judged. ``teams`` and
    ``territories`` are the trees with their past, by which figures count. ``pipelines`` are those
    in use, in their order.
    """

    organisation: Organisation
    periods: tuple[NamedPeriod, ...]
    week: Workweek
    parents: Mapping[int, int | None]
    team_names: Mapping[int, str]
    archived_teams: frozenset[int]
    teams: DatedTree
    territories: DatedTree
    pipelines: tuple[PipelineChoice, ...] = ()
    # Whether credit for a deal was ever parted: where not, nothing needs to be asked of it.
    has_splits: bool = False

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


def organisation_calendar() -> OrganisationCalendar:
    """Read the setting; an installation without an organisation has an empty calendar."""
    rows = Organisation.objects.annotate(
        days_off=ArraySubquery(Holiday.objects.values("day")),
        calendar=ArraySubquery(
            FiscalPeriod.objects.order_by("start_on").values(
                row=JSONObject(
                    pk="pk",
                    kind="kind",
                    label="label",
                    start="start_on",
                    end="end_on",
                    parent="parent",
                )
            )
        ),
        pipelines=ArraySubquery(
            Pipeline.objects.live().values(
                row=JSONObject(pk="pk", name="name", is_default="is_default")
            )
        ),
        team_places=_places(TeamPlacement),
        territory_places=_places(TerritoryPlacement),
        tree=ArraySubquery(
            Team.objects.order_by("name").values(
                row=JSONObject(pk="pk", name="name", parent="parent", archived="archived_at")
            )
        ),
        has_splits=Exists(CreditSplit.objects.all()),
    )
    found = rows.first()
    if found is None:
        return _empty()
    return OrganisationCalendar(
        organisation=found,
        periods=tuple(_named(row) for row in found.calendar),
        week=Workweek(frozenset(found.working_days), frozenset(found.days_off)),
        parents={team["pk"]: team["parent"] for team in found.tree},
        team_names={team["pk"]: team["name"] for team in found.tree},
        archived_teams=frozenset(team["pk"] for team in found.tree if team["archived"]),
        teams=_tree(found.team_places),
        territories=_tree(found.territory_places),
        pipelines=tuple(PipelineChoice(**row) for row in found.pipelines),
        has_splits=found.has_splits,
    )


def _places(placements: type[Placement]) -> ArraySubquery:
    row = JSONObject(node="node", parent="parent", since="valid_from", until="valid_to")
    return ArraySubquery(placements._default_manager.order_by("pk").values(row=row))  # noqa: SLF001 -- Django documents it


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


def _empty() -> OrganisationCalendar:
    organisation = Organisation()
    week = Workweek(frozenset(organisation.working_days), frozenset())
    return OrganisationCalendar(
        organisation, (), week, {}, {}, frozenset(), DatedTree(), DatedTree()
    )


def _named(row: dict) -> NamedPeriod:
    start, end = date.fromisoformat(row["start"]), date.fromisoformat(row["end"])
    return NamedPeriod(row["pk"], row["kind"], row["parent"], Period(start, end, row["label"]))
