"""What happened to the pipeline of a scope between two moments, and when it was last reviewed."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeAlias

from django.db.models import FilteredRelation, Q, QuerySet

from analytics.attainment.reports.attainment import Amounts, Slice, open_slices, total
from analytics.context.reports import Counting, ReportView, Scope, lying_in, one_state
from analytics.review.enums import Movement, Unit, ViewPage
from analytics.review.metrics import (
    DealState,
    MovementStep,
    Waterfall,
    Worth,
    movements,
    waterfalls,
)
from analytics.review.models import PipelineReview, SavedView
from kit.money import cents
from kit.periods import Period
from org.enums import SubjectKind
from org.metrics import Subject
from org.models.people import Person
from org.reports.organisation import Roster, roster
from pipeline.deals.models import FOREVER, DealVersion
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.stages.models import Stage

# A deal now and before, as read: the values of FIELDS follow its key, its owner of today, and the
# key of the version before.
Row: TypeAlias = tuple[Any, ...]
# Rows that are fetched at once.
CHUNK = 10_000
ALL_TIME = Period(date(1900, 1, 1), FOREVER.date())
# What a movement is told by; the same of the version before.
FIELDS = (
    "status",
    "stage",
    "owner",
    "probability",
    "amount",
    "currency",
    "amount_base",
    "expected_close_on",
    "closed_on",
    "archived",
    "credited_to",
    "account",
    "category",
)


@dataclass(frozen=True, slots=True)
class Moved:
    """A deal whose standing differs between the two moments, and the steps that led it there.

    ``shown``: the viewer may open it. ``categories`` are its forecast categories then (None: it
    did not exist yet) and now.
    """

    deal: int
    shown: bool
    before: DealState | None
    after: DealState
    categories: tuple[str | None, str]
    steps: Sequence[MovementStep]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """The pipeline of a report view's period at two moments, and all that lies between them.

    ``report_view`` is the later moment, ``before`` the same look at the earlier one. ``opening``
    and ``closing`` are slices of what was in play, counted by themselves; ``moved`` are the deals
    that make the difference. ``flows`` has a waterfall for each unit, which would not exist if the
    three did not agree.
    """

    report_view: ReportView
    before: ReportView
    people: Roster
    opening: Sequence[Slice]
    closing: Sequence[Slice]
    moved: Sequence[Moved]
    flows: dict[Unit, Waterfall]

    @property
    def period(self) -> Period:
        return self.report_view.period.period

    def by_movement(self, unit: Unit = Unit.AMOUNT) -> dict[Movement, list[tuple[Moved, int]]]:
        """Return the deals of each movement with what each adds to it, the largest first."""
        found: dict[Movement, list[tuple[Moved, int]]] = defaultdict(list)
        for moved in self.moved:
            for step in moved.steps:
                for of, value in step.amounts():
                    if of is unit:
                        found[step.movement].append((moved, value))
        for deals in found.values():
            deals.sort(key=lambda pair: (-abs(pair[1]), pair[0].deal))
        return {movement: found[movement] for movement in Movement if movement in found}


@one_state()
def pipeline_changes(report_view: ReportView, *, since: datetime) -> Changes:
    """Return how the pipeline in play for the look's period went from ``since`` to its moment.

    Five statements, whatever the number of deals: people with their seats, what was in play at
    either moment, and the deals that changed in between (a second statement where people or
    accounts changed places, one for the stages of the pipeline where one of several is looked at).
    """
    before = earlier(report_view, since)
    counting = counting_of(report_view)
    opening, closing = open_slices(before), open_slices(report_view)
    moved = moved_deals(report_view, before, counting)
    return Changes(
        report_view=report_view,
        before=before,
        people=counting.people,
        opening=opening,
        closing=closing,
        moved=moved,
        flows=waterfalls(
            opening=worth_of(total(opening, lambda each: each.closing)),
            steps=(step for deal in moved for step in deal.steps),
            closing=worth_of(total(closing, lambda each: each.closing)),
        ),
    )


def earlier(report_view: ReportView, since: datetime) -> ReportView:
    """Return the report view at an earlier moment; ValueError for one that is not earlier."""
    if since > report_view.moment:
        raise ValueError("the moment to compare with lies after the one that is looked at")
    return replace(report_view, moment=since, as_of=report_view.calendar.day(since))


def counting_of(report_view: ReportView) -> Counting:
    """Read who and what ever counted for the scope: a closing may be of any day."""
    territorial = report_view.scope.subject.kind is SubjectKind.TERRITORY
    stages = None
    if report_view.pipeline is not None:
        stages = frozenset(Stage.objects.of(report_view.pipeline).values_list("pk", flat=True))
    return Counting(
        report_view=report_view,
        people=roster(ALL_TIME, viewer=report_view.viewer),
        lying=lying_in(report_view.scope.ever_inside(), ALL_TIME) if territorial else {},
        stages=stages,
    )


def moved_deals(report_view: ReportView, before: ReportView, counting: Counting) -> list[Moved]:
    """Return the deals whose standing changed, of all that could concern the scope and period."""
    compared = with_before(DealVersion.objects.as_of(report_view.moment), before.moment)
    rows = compared.filter(_concerns(report_view.period.period), _whose(counting))
    if (own := counting.stages) is not None:
        rows = rows.filter(Q(stage__in=own) | Q(was__stage__in=own))
    days = before.day, report_view.day
    found = list(_values(rows.filter(valid_from__gt=before.moment)))
    people, accounts = counting.moved_people(*days), counting.moved_accounts(*days)
    if people or accounts:
        same = rows.filter(valid_from__lte=before.moment)
        found += _values(same.filter(Q(owner__in=people) | Q(account__in=accounts)))
    return [_moved(row, counting, days) for row in found]


def with_before(rows: DealVersionQuerySet, since: datetime) -> DealVersionQuerySet:
    """Return the versions with ``was``, the version of the same deal that held at ``since``."""
    held = Q(deal__versions__valid_from__lte=since, deal__versions__valid_to__gt=since)
    joined: DealVersionQuerySet = rows.annotate(
        was=FilteredRelation("deal__versions", condition=held)
    )
    return joined


def _concerns(period: Period) -> Q:
    """What can be in play in the period at either moment, or closed in it."""
    inside = {"expected_close_on__gte": period.start, "expected_close_on__lt": period.end}
    closed = Q(closed_on__gte=period.start, closed_on__lt=period.end)
    was_inside = {f"was__{name}": day for name, day in inside.items()}
    return Q(**inside) | closed | Q(**was_inside)


def _whose(counting: Counting) -> Q:
    if counting.report_view.scope.subject.kind is SubjectKind.TERRITORY:
        accounts = list(counting.lying)
        return Q(account__in=accounts) | Q(was__account__in=accounts)
    who = counting.who()
    if who is None:
        return Q()
    return Q(owner__in=who) | Q(was__owner__in=who) | Q(credited_to__in=who)


def _values(rows: QuerySet) -> Iterable[Row]:
    before = [f"was__{name}" for name in FIELDS]
    return rows.values_list("deal", "deal__owner", "was__id", *FIELDS, *before).iterator(CHUNK)


def _moved(row: Row, counting: Counting, days: tuple[date, date]) -> Moved:
    deal, owner_now, had_version = row[:3]
    held, was = row[3 : 3 + len(FIELDS)], row[3 + len(FIELDS) :]
    since, until = days
    before = None if had_version is None else _standing(was, counting, since)
    after = _standing(held, counting, until)
    owner = counting.people.people.get(owner_now)
    return Moved(
        deal=deal,
        shown=owner is not None and owner.shown,
        before=before,
        after=after,
        categories=(was[-1], held[-1]),
        steps=movements(before, after, period=counting.report_view.period.period),
    )


def _standing(values: Row, counting: Counting, day: date) -> DealState:
    """Return a deal's standing on a day, from the values of FIELDS."""
    (status, stage, owner, probability, amount, currency, amount_base, expected_close_on, closed_on,
     archived, credited_to, account, _) = values  # fmt: skip
    return DealState(
        status=status,
        stage=stage,
        owner=owner,
        in_scope=counting.counts(
            status=status,
            owner=owner,
            credited_to=credited_to,
            account=account,
            closed_on=closed_on,
            day=day,
        ),
        probability=probability,
        amount=amount,
        currency=currency,
        base_cents=None if amount_base is None else cents(amount_base),
        close_on=expected_close_on,
        closed_on=closed_on,
        archived=archived,
        in_pipeline=counting.in_pipeline(stage),
    )


def worth_of(amounts: Amounts) -> Worth:
    """Return what a waterfall tells of the amounts."""
    return Worth(amounts.deals, amounts.cents, amounts.weighted)


NAMED = {
    SubjectKind.TEAM: "team_id",
    SubjectKind.PERSON: "person_id",
    SubjectKind.TERRITORY: "territory_id",
}


def subject_columns(subject: Subject) -> dict[str, Any]:
    """Return a subject as the columns of a review hold it."""
    named: dict[str, int | None] = dict.fromkeys(NAMED.values())
    if (column := NAMED.get(subject.kind)) is not None:
        named[column] = subject.pk
    return {"kind": subject.kind, **named}


def last_review(
    viewer: Person, scope: Scope, *, pipeline: int | None, before: datetime
) -> datetime | None:
    """Return when the viewer last reviewed the scope before a moment; None if never.

    A review of all pipelines together and one of a single pipeline are two things.
    """
    rows = PipelineReview.objects.visible_to(viewer).filter(
        **subject_columns(scope.subject), pipeline=pipeline, reviewed_at__lt=before
    )
    return rows.values_list("reviewed_at", flat=True).first()


def saved_views(
    viewer: Person, page: ViewPage, *, shared: set[int] | None = None
) -> Sequence[SavedView]:
    """Return the views of a list that the viewer kept or that were shared with them.

    ``shared`` are the teams of ``access.shared_team_ids``, where the caller has them.
    """
    rows = SavedView.objects.visible_to(viewer, shared=shared).live().filter(page=page)
    return list(rows.select_related("owner", "team"))
