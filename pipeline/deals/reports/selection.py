"""The deals of a figure as one selection: to compute it, list its rows and link to them.

A page that shows a number builds a DealSelection, computes the number from ``versions(...)`` and
links it to ``url()``; the deal list reads that address back into the same selection, so the rows
it opens are the rows that were counted::

    won = DealSelection(as_of=day, status="won", team=team.pk, closed_from=start, closed_to=end)
    won.versions(moment=moment, day=day).aggregate(Sum("amount_base"))
    won.url()       # /deals/?as_of=2026-11-20&status=won&team=3&closed_from=…&closed_to=…

``as_of`` None means now: the list then reads Deal itself, whose values are those of each deal's
current version (``history.check`` holds them equal). Give ``as_of`` for a past day only.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, reduce
from operator import or_
from typing import Any, Protocol
from urllib.parse import quote_plus, urlencode
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from kit.periods import start_of_day
from org import access
from org.access import organisation_settings
from org.metrics import DatedTree
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import Team, TeamMembership, TeamPlacement
from org.models.territories import TerritoryPlacement
from org.models.trees import read_tree
from org.querysets import on_day
from pipeline.customers.models import Account, AccountTerritory
from pipeline.deals.filters import Takes, part, parts_of
from pipeline.deals.models import Deal, DealVersion
from pipeline.deals.querysets import DealQuerySet, DealVersionQuerySet
from pipeline.deals.reports.kinds import about, reached_by
from pipeline.enums import Category, Status
from pipeline.querysets import AnyOf, named_like
from pipeline.stages.models import Stage

CLOSED = "closed"
# The territory of deals whose account lay in none.
NOWHERE = 0
DAY = timedelta(days=1)
IN_BASE = "In the reporting currency."


class Trees(Protocol):
    """Where teams and territories lay when: a Setting."""

    @property
    def teams(self) -> DatedTree: ...

    @property
    def territories(self) -> DatedTree: ...


@dataclass(frozen=True, kw_only=True)
class DealSelection:
    """Deals by what holds of all of them; each part that is None, "" or False is left open.

    Days are half-open: ``…_from`` included, ``…_to`` excluded. ``close_…`` is the expected
    close date, ``closed_…`` the day of the closing, ``created_…`` the organisation's day of the
    creation. ``status`` is a Status or "closed" for won and lost. Amounts are in the reporting
    currency. ``owner`` is the person whose deal it was at the moment, ``credited_to`` the owner
    at the closing. ``team`` takes a closed deal by the membership of its ``credited_to`` on
    ``closed_on``, an open one by the membership of its owner on the as-of day, the last one where
    that person has left; the teams below are part of it, each deal once. ``below`` takes the
    deals of a person and of everybody who reports to them today, at any depth. ``territory``
    takes a closed deal by where its account lay on ``closed_on``, an open one by where it lies on
    the as-of day, the territories below included; NOWHERE takes those whose account lay in none.
    ``pipeline`` takes those that stood in a stage of it. ``text`` matches beginnings of words in
    the names of deal and account. ``no_next_step``, ``no_close_date`` and ``overdue`` speak of
    open deals. ``reached`` takes the deals that stood in a stage or a later open one of its
    pipeline by the end of the day, or were won; QUALIFIED stands for the qualified stage of
    whichever. ``lost_reason`` and ``competitor`` are those of the moment, ``source`` and
    ``industry`` as they are today; NOT_GIVEN and NO_COMPETITOR take those without. ``product``
    takes deals with a line of it, NO_PRODUCT those without. ``whole`` leaves splits aside.
    """

    as_of: date | None = part(
        Takes.DAY, meaning="Deals as they stood at the end of this day.", total=True
    )
    text: str = part(Takes.TEXT, "Search", meaning="Beginnings of words in names.")
    status: str = part(Takes.WORD, "Status", total=True)
    owner: int | None = part(Takes.PERSON, "Owner", total=True)
    credited_to: int | None = part(Takes.PERSON, meaning="Who owned it at the closing.", total=True)
    team: int | None = part(Takes.TEAM, "Team", meaning="A team and all inside it.", total=True)
    below: int | None = part(Takes.PERSON, meaning="A person and all below them today.", total=True)
    stage: int | None = part(Takes.STAGE, "Stage", total=True)
    pipeline: int | None = part(Takes.PIPELINE, "Pipeline", total=True)
    account: int | None = part(Takes.ACCOUNT)
    territory: int | None = part(Takes.OTHER_ROW, api=False)
    category: str = part(Takes.WORD, "Forecast category", total=True)
    close_from: date | None = part(Takes.DAY, "Expected close from", total=True)
    close_to: date | None = part(Takes.DAY, "Expected close before", total=True)
    closed_from: date | None = part(Takes.DAY, total=True)
    closed_to: date | None = part(Takes.DAY, total=True)
    created_from: date | None = part(Takes.DAY, total=True)
    created_to: date | None = part(Takes.DAY, total=True)
    reached: int | None = part(Takes.STAGE, api=False, total=True)
    source: str = part(Takes.TEXT, api=False)
    lost_reason: str = part(Takes.WORD, api=False)
    industry: str = part(Takes.TEXT, api=False)
    product: int | None = part(Takes.OTHER_ROW, api=False)
    competitor: int | None = part(Takes.OTHER_ROW, api=False)
    amount_min: Decimal | None = part(Takes.AMOUNT, "Amount from", meaning=IN_BASE)
    amount_max: Decimal | None = part(Takes.AMOUNT, "Amount up to", meaning=IN_BASE)
    overdue: bool = part(Takes.FLAG, "Overdue")
    no_next_step: bool = part(Takes.FLAG, "Without a next step")
    no_close_date: bool = part(Takes.FLAG, "Without a close date")
    unpriced: bool = part(Takes.FLAG, "Without an amount")
    whole: bool = part(Takes.FLAG, api=False, total=True)
    archived: bool = part(Takes.FLAG, "Archived", meaning="Archived deals instead of the others.")

    def url(self) -> str:
        """Return the address of the deal list that shows exactly these deals."""
        query = urlencode(self.parameters())
        return reverse("analytics:deals") + (f"?{query}" if query else "")

    def url_of(self, part: str, given: Any) -> str:
        """Return the address of this selection with one part changed to what is given.

        The same as ``but(part=given).url()``; what the hundreds of links of a page share is
        written once.
        """
        if _left_open(given):
            return self.but(**{part: given}).url()
        if part not in self._around:
            before, _, after = self.but(**{part: 0}).url().partition(f"{part}=0")
            self._around[part] = (f"{before}{part}=", after)
        before, after = self._around[part]
        return f"{before}{quote_plus(_written(given))}{after}"

    @cached_property
    def _around(self) -> dict[str, tuple[str, str]]:
        """What stands before and after the value of a part in an address."""
        return {}

    def parameters(self) -> dict[str, str]:
        """Return what is given, as the parameters of an address."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: _written(part) for name, part in parts.items() if not _left_open(part)}

    def but(self, **changes: Any) -> "DealSelection":
        """Return this selection with some parts changed: a team's won deals, but one person's."""
        return replace(self, **changes)

    def rows(
        self, *, moment: datetime, day: date, also: Collection[int] = ()
    ) -> DealQuerySet | DealVersionQuerySet:
        """Return the deals (``as_of`` None) or their versions of ``moment``, with any owner.

        ``day`` is the organisation's day of ``moment``; ``also`` are deals that count whoever
        they are of, such as those of which others gave a share. The caller adds ``visible_to``.
        """
        if self.as_of is not None:
            return self.versions(moment=moment, day=day, also=also)
        rows = Deal.objects.filter(archived_at__isnull=not self.archived)
        return rows.filter(self._condition(day=day, deal="", also=also))

    def versions(
        self,
        *,
        moment: datetime,
        day: date,
        calendar: Trees | None = None,
        also: Collection[int] = (),
    ) -> DealVersionQuerySet:
        """Return the versions of the deals at ``moment``, now included: figures use these.

        ``calendar`` has the trees; they are read where the caller has them not.
        """
        rows = DealVersion.objects.as_of(moment).filter(archived=self.archived)
        condition = self._condition(day=day, deal="deal__", calendar=calendar, also=also)
        return rows.filter(condition)

    def totals_shown_to(self, viewer: Person) -> bool:
        """Whether the viewer may know the total of rows that they may not all open.

        So it is for the teams and people whose numbers the viewer sees: credit stays with the
        team of the time, while access follows today's tree.
        """
        if access.sees_everyone(viewer) or not set(self.parameters()) <= SHOWN_AS_TOTALS:
            return False
        if not self._is_of_whole_periods():
            return False
        people = {
            person for person in (self.owner, self.credited_to, self.below) if person is not None
        }
        if Person.objects.led_by(viewer).filter(pk__in=people).count() != len(people):
            return False
        if self.team is not None:
            return Team.objects.visible_to(viewer).filter(pk=self.team).exists()
        return bool(people)

    def _is_of_whole_periods(self) -> bool:
        """Whether expected close and creation are left open or those of fiscal periods."""
        return all(
            _is_a_period(*span)
            for span in ((self.close_from, self.close_to), (self.created_from, self.created_to))
        )

    @property
    def is_of_a_figure(self) -> bool:
        """Whether the selection is one that pages link their figures by, so its total is whole."""
        parts = (self.as_of, self.credited_to, self.closed_from, self.closed_to)
        return any(part is not None for part in (*parts, self.team, self.below))

    @property
    def is_closed(self) -> bool:
        """Whether only won and lost deals can match."""
        by_closing = (self.closed_from, self.closed_to, self.credited_to)
        return self.status in (CLOSED, Status.WON, Status.LOST) or any(by_closing)

    @property
    def is_open(self) -> bool:
        """Whether only open deals can match."""
        of_open_ones = self.category in (Category.PIPELINE, Category.BEST_CASE, Category.COMMIT)
        lacking = self.overdue or self.no_next_step or self.no_close_date
        return self.status == Status.OPEN or lacking or of_open_ones

    def _condition(
        self,
        *,
        day: date,
        deal: str,
        calendar: Trees | None = None,
        also: Collection[int] = (),
    ) -> Q:
        owner_condition = self._owner_condition(day, calendar)
        if also:
            owner_condition |= Q(**{f"{deal}pk__in": also})
        condition = self._kind() & self._amount() & self._time(deal) & owner_condition
        names = ("source", "lost_reason", "industry", "product", "competitor")
        kind: dict[str, Any] = {name: getattr(self, name) for name in names}
        if not all(map(_left_open, kind.values())):
            condition &= about(deal, **kind)
        if self.reached is not None:
            condition &= reached_by(self.reached, before=_start_of(day + timedelta(1)), deal=deal)
        for word in self.text.split():
            accounts = Account.objects.filter(named_like(word)).values("pk")
            condition &= Q(AnyOf("account_id", accounts)) | Q(named_like(word))
        if self.overdue:
            condition &= Q(expected_close_on__lt=day)
        if self.no_close_date:
            condition &= Q(expected_close_on__isnull=True)
        if self.no_next_step:
            condition &= Q(next_step="")
        return condition

    def _kind(self) -> Q:
        condition = _given(stage=self.stage, account=self.account, category=self.category or None)
        if self.pipeline is not None:
            condition &= Q(stage__in=Stage.objects.of(self.pipeline).values("pk"))
        if self.status in set(Status):
            condition &= Q(status=self.status)
        if self.is_closed:
            # By name, not "not open": the index of closed deals begins with the status.
            condition &= Q(status__in=[Status.WON, Status.LOST])
        if self.is_open:
            condition &= Q(status=Status.OPEN)
        return condition

    def _amount(self) -> Q:
        condition = _given(amount_base__gte=self.amount_min, amount_base__lte=self.amount_max)
        return condition & Q(amount_base__isnull=True) if self.unpriced else condition

    def _time(self, deal: str) -> Q:
        created = {
            f"{deal}created_at__gte": self.created_from and _start_of(self.created_from),
            f"{deal}created_at__lt": self.created_to and _start_of(self.created_to),
        }
        if deal and self.created_from:
            # No version is older than its deal: said again, it spares looking at old ones.
            created["valid_from__gte"] = _start_of(self.created_from)
        return _given(
            expected_close_on__gte=self.close_from,
            expected_close_on__lt=self.close_to,
            closed_on__gte=self.closed_from,
            closed_on__lt=self.closed_to,
            **created,
        )

    def _owner_condition(self, day: date, calendar: Trees | None) -> Q:
        condition = _given(owner=self.owner, credited_to=self.credited_to)
        condition &= self._where(day, calendar)
        if self.below is not None:
            people = access.reports_of(self.below)
            condition &= self._of(owned=Q(owner__in=people), credited=Q(credited_to__in=people))
        if self.team is None:
            return condition
        tree = calendar.teams if calendar else read_tree(TeamPlacement)
        members = TeamMembership.objects.of_teams(tree.inside(self.team, day))
        owned = Q(owner__in=members.filter(on_day(day, until="counts_to")).values("person"))
        return condition & self._of(owned=owned, credited=self._in_time(tree, self.team, _seated))

    def _where(self, day: date, calendar: Trees | None) -> Q:
        if self.territory is None:
            return Q()
        lying = AccountTerritory.objects.filter(account=OuterRef("account"))
        if self.territory == NOWHERE:
            owned = Q(Exists(lying.filter(on_day(day))))
            return ~self._of(owned=owned, credited=Q(Exists(lying.filter(LAY_THEN))))
        tree = calendar.territories if calendar else read_tree(TerritoryPlacement)
        here = lying.filter(on_day(day), territory__in=tree.inside(self.territory, day))
        return self._of(owned=Q(Exists(here)), credited=self._in_time(tree, self.territory, _lay))

    def _in_time(self, tree: DatedTree, root: int, counted: Callable[[frozenset[int]], Q]) -> Q:
        """Return the condition on closed deals, by what lay in ``root`` on the day of each.

        Mostly that was the same all the time, and the condition says nothing of days.
        """
        parts = tree.stretches(root, self.closed_from, self.closed_to)
        if len(parts) == 1:
            return counted(parts[0].inside)
        days = [_given(closed_on__gte=part.start, closed_on__lt=part.end) for part in parts]
        return reduce(or_, (d & counted(p.inside) for d, p in zip(days, parts, strict=True)))

    def _of(self, *, owned: Q, credited: Q) -> Q:
        """Return the condition on whose a deal is: by its owner while open, then by credit."""
        if self.is_closed or self.is_open:
            return credited if self.is_closed else owned
        still_open = Q(status=Status.OPEN)
        return (still_open & owned) | (~still_open & credited)


# Totals by these alone stand on a page anyway; anything finer could be used to ask about single
# deals that the viewer may not open.
SHOWN_AS_TOTALS = frozenset(each.name for each in parts_of(DealSelection) if each.total)

LAY_THEN = Q(valid_from__lte=OuterRef("closed_on")) & (
    Q(valid_to__isnull=True) | Q(valid_to__gt=OuterRef("closed_on"))
)


def _is_a_period(start: date | None, end: date | None) -> bool:
    if start is None or end is None:
        return start is end
    return FiscalPeriod.objects.filter(start_on=start, end_on=end).exists()


def _seated(teams: frozenset[int]) -> Q:
    """Return the condition that who has the credit was in one of these teams at the closing."""
    members = TeamMembership.objects.of_teams(teams)
    # The day of each row itself, so that a deal counts for the team of its own time.
    then = members.filter(
        Q(counts_to__isnull=True) | Q(counts_to__gt=OuterRef("closed_on")),
        person=OuterRef("credited_to"),
        valid_from__lte=OuterRef("closed_on"),
    )
    # Those who were ever there: it changes nothing, but lets an index find the deals.
    return Q(credited_to__in=members.values("person")) & Q(Exists(then))


def _lay(territories: frozenset[int]) -> Q:
    """Return the condition that the account lay in one of these territories at the closing."""
    lying = AccountTerritory.objects.filter(account=OuterRef("account"))
    return Q(Exists(lying.filter(LAY_THEN, territory__in=territories)))


def _left_open(part: Any) -> bool:
    return part is None or part is False or part == ""


def _written(part: Any) -> str:
    if part is True:
        return "1"
    return part.isoformat() if isinstance(part, date) else str(part)


def _given(**parts: Any) -> Q:
    return Q(**{lookup: part for lookup, part in parts.items() if part is not None})


def _start_of(day: date) -> datetime:
    return start_of_day(day, zone=ZoneInfo(organisation_settings().time_zone))
