"""Attainment of activity targets by person, and what came of activities on deals."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Case, CharField, Count, F, OuterRef, Q, Subquery, Value, When
from django.urls import reverse

from analytics.context.reports import ReportView, one_state
from kit.periods import Period
from kit.tables import Page, paginate
from org.models.people import Person
from org.models.teams import TeamMembership
from pipeline.activities.models import Activity
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import ACTIVITY_LABELS, TOUCHES, ActivityKind, Status
from process.models import ROLES, ActivityTarget
from process.targets.metrics import Funnel, Reach, Reached, TargetVersion, daily, funnel_of, reached

Owed = Mapping[str, Mapping[str, Mapping[date, Fraction]]]


@dataclass(frozen=True, slots=True)
class TargetRow:
    person: int
    name: str
    kind: str
    reached: Reached
    href: str

    @property
    def label(self) -> str:
        return ACTIVITY_LABELS[ActivityKind(self.kind)]


@dataclass(frozen=True, slots=True)
class Owing:
    """The lines of a scope, and how many of its people have no target for their roles."""

    report_view: ReportView
    span: Period
    lines: Sequence[TargetRow]
    without: int


@one_state()
def owing(report_view: ReportView, span: Period) -> Owing:
    """Return what the people of a scope, whom the viewer sees, did of what they owe in a span."""
    people = people_of(report_view)
    owed = _owed(report_view, span)
    done = _done(report_view, span, [person.pk for person in people]) if owed else {}
    lines = [
        line
        for person in people
        for line in _lines(report_view, span, person, owed=owed, done=done)
    ]
    clear = {line.person for line in lines}
    return Owing(report_view, span, lines, sum(person.pk not in clear for person in people))


def targets_in_force(moment: datetime, day: date) -> list[ActivityTarget]:
    """Return the version of each role and kind that counts on a day, as known at a moment."""
    rows = ActivityTarget.objects.known_at(moment).filter(starts_on__lte=day)
    newest = rows.order_by("role", "kind", "-set_at").distinct("role", "kind")
    return [target for target in newest if target.count is not None]


def people_of(report_view: ReportView) -> list[Any]:
    """Return who belongs to the scope on the as-of day, with their roles of today."""
    rows = Person.objects.led_by(report_view.viewer).annotate(
        roles=ArrayAgg("role_grants__role", default=[], distinct=True)
    )
    if report_view.scope.team is not None:
        memberships = TeamMembership.objects.on(report_view.day).filter(
            team__in=report_view.scope.inside(report_view.day)
        )
        rows = rows.filter(pk__in=memberships.values("person"))
    elif report_view.scope.people is not None:
        rows = rows.filter(pk__in=report_view.scope.people)
    roles = {role for role, _ in ROLES}
    return [
        person
        for person in rows.order_by("full_name", "pk")
        if roles & set(person.roles) and not (person.left_on and person.left_on <= report_view.day)
    ]


def _owed(report_view: ReportView, span: Period) -> Owed:
    """Return what each working day asks for, by kind and role."""
    versions = [
        TargetVersion(each.role, each.kind, each.count, each.every, each.starts_on, each.set_at)
        for each in ActivityTarget.objects.visible_to(report_view.viewer)
        .known_at(report_view.moment)
        .filter(starts_on__lt=span.end)
    ]
    days = report_view.calendar.week.days(span)
    owed: dict[str, dict[str, Mapping[date, Fraction]]] = {}
    for kind, role in {(each.kind, each.role) for each in versions}:
        own = (each for each in versions if (each.kind, each.role) == (kind, role))
        owed.setdefault(kind, {})[role] = daily(own, days, report_view.calendar.week)
    return owed


def _done(
    report_view: ReportView, span: Period, people: Collection[int]
) -> dict[tuple[int, str], int]:
    rows = (
        Activity.objects.visible_to(report_view.viewer)
        .known_at(report_view.moment)
        .filter(
            person__in=people,
            occurred_at__gte=report_view.calendar.start_of(span.start),
            occurred_at__lt=report_view.calendar.start_of(span.end),
        )
        .order_by()
        .values_list("person", "kind")
        .annotate(times=Count("pk"))
    )
    return {(person, kind): times for person, kind, times in rows}


def _lines(
    report_view: ReportView,
    span: Period,
    person: Any,
    *,
    owed: Owed,
    done: Mapping[tuple[int, str], int],
) -> Iterable[TargetRow]:
    for kind in TOUCHES:
        found = reached(
            done.get((person.pk, kind), 0),
            person.roles,
            owed.get(kind, {}),
            since=person.started_on,
            until=person.left_on,
            first_open_day=report_view.calendar.first_open_day(report_view.moment),
        )
        if found is not None:
            href = _href(person.pk, kind, span)
            yield TargetRow(person.pk, person.full_name, kind, found, href)


def _href(person: int, kind: str, span: Period) -> str:
    query = {"person": person, "kind": kind, "since": span.start, "before": span.end}
    return f"{reverse('pipeline:activities')}?{urlencode(query)}"


YOUNG = "young"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The funnel of a report view, and how it was asked for."""

    report_view: ReportView
    kind: ActivityKind
    days: int
    funnel: Funnel


@one_state()
def activity_outcome(report_view: ReportView, kind: ActivityKind, days: int) -> Outcome:
    """Return how the deals created in the period ended, by when the first activity was."""
    rows = cohort(report_view, kind, days).order_by().values_list("reach", "status")
    counts = {(reach, status): deals for reach, status, deals in rows.annotate(Count("pk"))}
    young = sum(deals for (reach, _), deals in counts.items() if reach == YOUNG)
    linked, unlinked = _linked(report_view, kind)
    funnel = funnel_of(counts, too_young=young, linked=linked, unlinked=unlinked)
    return Outcome(report_view, kind, days, funnel)


def cohort(report_view: ReportView, kind: ActivityKind, days: int) -> Any:
    """Return the deals created in the period as they were, each with its ``reach``.

    An activity before the creation, of a deal that was entered late, is an early one. A deal
    without one whose days are not over by the moment is too young to be told.
    """
    made = DealSelection(
        created_from=report_view.period.period.start, created_to=report_view.period.period.end
    )
    first = (
        Activity.objects.known_at(report_view.moment)
        .filter(deal=OuterRef("deal"), kind=kind)
        .order_by("occurred_at")
    )
    span = timedelta(days=days)
    by = F("deal__created_at") + span
    rows = report_view.versions(report_view.deals(made)).visible_to(report_view.viewer)
    return rows.annotate(first=Subquery(first.values("occurred_at")[:1])).annotate(
        reach=Case(
            When(first__lte=by, then=Value(str(Reach.EARLY))),
            When(Q(deal__created_at__gt=report_view.moment - span), then=Value(YOUNG)),
            When(first__isnull=False, then=Value(str(Reach.LATER))),
            default=Value(str(Reach.NEVER)),
            output_field=CharField(),
        )
    )


def cohort_page(outcome: Outcome, *, reach: str, status: str, number: int) -> Page:
    """Return the deals behind a figure: of a reach (all, for none), of a status or "closed"."""
    rows = cohort(outcome.report_view, outcome.kind, outcome.days)
    rows = rows.filter(reach=reach) if reach else rows.exclude(reach=YOUNG)
    if status == "closed":
        rows = rows.exclude(status=Status.OPEN)
    elif status:
        rows = rows.filter(status=status)
    rows = rows.select_related("account", "owner", "stage", "deal")
    return paginate(rows.in_order("amount_base", descending=True), number=number)


def _linked(report_view: ReportView, kind: ActivityKind) -> tuple[int, int]:
    """Return how many of the people's activities of the period are on a deal, and are not."""
    calendar, period = report_view.calendar, report_view.period.period
    found = (
        Activity.objects.visible_to(report_view.viewer)
        .known_at(report_view.moment)
        .filter(
            kind=kind,
            person__in=[person.pk for person in people_of(report_view)],
            occurred_at__gte=calendar.start_of(period.start),
            occurred_at__lt=calendar.start_of(period.end),
        )
        .order_by()
        .aggregate(
            linked=Count("pk", filter=Q(deal__isnull=False)),
            unlinked=Count("pk", filter=Q(deal__isnull=True)),
        )
    )
    return found["linked"], found["unlinked"]
