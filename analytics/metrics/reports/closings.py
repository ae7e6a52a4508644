"""The closed deals of a report view, by what they have in common, and the pipeline created."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce, Greatest, TruncDate

from analytics.attainment.metrics import Outcomes
from analytics.context.reports import OrganisationCalendar, ReportView, one_state
from analytics.metrics.metrics.closings import Closing, Ends, Key, cut, ended
from kit.money import cents
from org import access
from org.models.people import Person
from pipeline.deals.models import Deal, DealLine
from pipeline.deals.querysets import DealVersionQuerySet
from pipeline.deals.reports.kinds import NO_COMPETITOR, NO_PRODUCT, NOT_GIVEN
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status

ELSEWHERE = "People who now report to somebody else"
# What a closing has besides its deal, status and amount, in its order.
COLUMNS = (
    *("days", "closed_on", "credited_to", "deal__source", "why_lost", "industry"),
    *("competitor", "rival", "shown"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingsRow:
    """A line of a table: closed deals that have something in common, and how they ended.

    ``deals`` selects exactly them; None where the viewer may know their sum alone.
    """

    label: str
    ends: Ends
    deals: DealSelection | None
    key: Any = None

    @property
    def outcomes(self) -> Outcomes:
        return self.ends.outcomes

    def href(self, status: str = "") -> str | None:
        """Return the address of the line's deals, or of those of them won or lost."""
        if self.deals is None:
            return None
        return (self.deals.but(status=status) if status else self.deals).url()

    @property
    def won_href(self) -> str | None:
        return self.href(Status.WON)

    @property
    def lost_href(self) -> str | None:
        return self.href(Status.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingsRows:
    """Lines that add up to the whole: each closed deal is in one of them."""

    whole: ClosingsRow
    lines: Sequence[ClosingsRow]

    def __post_init__(self) -> None:
        found = sum((line.outcomes for line in self.lines), Outcomes())
        if found != self.whole.outcomes:
            raise ValueError(f"lines add up to {found}, not to {self.whole.outcomes}")


def closings(report_view: ReportView, deals: DealSelection) -> list[Closing]:
    """Return the closed deals of a selection of the report view, in one statement."""
    rows = report_view.versions(deals).annotate(
        days=days_to_close(report_view.calendar),
        why_lost=Coalesce("lost_reason", Value("")),
        industry=Coalesce("account__industry", Value("")),
        rival=Coalesce("competitor__name", Value("")),
        shown=shown_to(report_view.viewer),
    )
    found = rows.values_list("deal", "status", "amount_base", *COLUMNS)
    return [
        Closing(deal, status == Status.WON, None if amount is None else cents(amount), *rest)
        for deal, status, amount, *rest in found.iterator(chunk_size=10_000)
    ]


def days_to_close(calendar: OrganisationCalendar) -> Greatest:
    """Days from creation to closing of a closed deal's version; never below 0."""
    created = Deal.objects.filter(pk=OuterRef("deal")).values(
        day=TruncDate("created_at", tzinfo=calendar.zone)
    )
    took = Func(F("closed_on"), Subquery(created), template="(%(expressions)s)", arg_joiner=" - ")
    return Greatest(took, 0, output_field=IntegerField())


def shown_to(viewer: Person) -> ExpressionWrapper | Value:
    """Return whether the viewer may open the deal of a version."""
    if access.sees_everyone(viewer):
        return Value(True, output_field=BooleanField())  # noqa: FBT003 -- a value in SQL
    below: Q = access.people_filter(viewer, "deal__owner")
    return ExpressionWrapper(below, output_field=BooleanField())


def line(label: str, deals: DealSelection | None, rows: Iterable[Closing]) -> ClosingsRow:
    return ClosingsRow(label=label, ends=ended(rows), deals=deals)


def grouped_closings(
    whole: ClosingsRow,
    rows: Sequence[Closing],
    by: Callable[[Closing], Key],
    *,
    part: Callable[[Key], Mapping[str, Any]],
    label: Callable[[Key], str],
) -> ClosingsRows:
    """Return the whole grouped by what ``by`` says, the part with most deals first.

    ``part`` is what the selection of a part has besides. Deals that the viewer may not open are a
    line of their own: finer sums could be used to ask about one of them.
    """
    groups = cut((row for row in rows if row.shown), by)
    return ClosingsRows(
        whole=whole, lines=lines_of(whole.deals, rows, groups, part=part, label=label)
    )


def lines_of(
    deals: DealSelection | None,
    rows: Iterable[Closing],
    groups: Mapping[Key, Iterable[Closing]],
    *,
    part: Callable[[Key], Mapping[str, Any]],
    label: Callable[[Key], str],
) -> list[ClosingsRow]:
    """Return a line for each group of the rows shown, and one for the rows that are not."""
    found = [
        line(label(key), deals.but(**part(key)) if deals else None, group)
        for key, group in groups.items()
    ]
    found.sort(key=lambda each: (-each.outcomes.closed, each.label))
    hidden = [row for row in rows if not row.shown]
    return [*found, line(ELSEWHERE, None, hidden)] if hidden else found


def scope_rows(
    report_view: ReportView, rows: DealVersionQuerySet, statement: str, **given: Any
) -> list[tuple[Any, ...]]:
    """Return what a statement reads of the versions' deals, which are its {deals}.

    Its parameters are ``given``, the moment, and the start and end of the period.
    """
    sql, values = rows.order_by().values("deal_id").query.sql_with_params()
    named = {f"scope_{place}": value for place, value in enumerate(values)}
    deals = sql % tuple(f"%({name})s" for name in named)
    start_of, period = report_view.calendar.start_of, report_view.period.period
    span = {"start": start_of(period.start), "end": start_of(period.end)}
    with connection.cursor() as cursor:
        cursor.execute(
            statement.format(deals=deals), {"moment": report_view.moment, **span, **given, **named}
        )
        return list(cursor.fetchall())


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Deals created in the period that have a source in common, and their amounts in cents."""

    label: str
    count: int
    cents: int
    unpriced: int
    deals: DealSelection | None


def created_by_source(report_view: ReportView, created: DealSelection) -> list[Created]:
    """Return the deals created in the period by source, the largest amount first.

    Name: Pipeline created
    Formula: number of deals created, and the sum of their amounts as they stand
    Unit: deals, and money
    Placed by: the day of the creation
    Credited to: the owner as long as a deal is open, then who had the credit at the closing, and
        their team of that day
    Left out: archived deals; deals without an amount count as deals alone
    Source: Atrium, "New opportunities"
    """
    rows = (
        report_view.versions(created)
        .annotate(shown=shown_to(report_view.viewer))
        .values("deal__source", "shown")
        .annotate(
            rows=Count("deal"),
            amount=Sum("amount_base", default=Decimal(0)),
            without=Count("deal", filter=Q(amount_base=None)),
        )
        .order_by()
    )
    found = [
        _created(
            row["deal__source"] or "No source",
            [row],
            created.but(source=row["deal__source"] or NOT_GIVEN),
        )
        for row in rows
        if row["shown"]
    ]
    found.sort(key=lambda each: (-each.cents, each.label))
    hidden = [row for row in rows if not row["shown"]]
    return [*found, _created(ELSEWHERE, hidden, None)] if hidden else found


def _created(label: str, rows: Iterable[Mapping[str, Any]], deals: DealSelection | None) -> Created:
    return Created(
        label=label,
        count=sum(row["rows"] for row in rows),
        cents=sum(cents(row["amount"]) for row in rows),
        unpriced=sum(row["without"] for row in rows),
        deals=deals,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CutsReport:
    """Closed deals grouped by what they are; products overlap where a deal has several."""

    report_view: ReportView
    whole: ClosingsRow
    sources: ClosingsRows
    industries: ClosingsRows
    competitors: ClosingsRows
    products: Sequence[ClosingsRow]
    created: Created
    created_by_source: Sequence[Created]

    def __post_init__(self) -> None:
        found = sum(each.count for each in self.created_by_source)
        amount = sum(each.cents for each in self.created_by_source)
        if (found, amount) != (self.created.count, self.created.cents):
            raise ValueError("the deals created by source are not all deals created")


@one_state()
def cuts_report(report_view: ReportView, *, reached: int | None) -> CutsReport:
    """Return the cuts of a report view, in three statements."""
    deals = report_view.closed.but(reached=reached)
    rows = closings(report_view, deals)
    whole = line(report_view.scope.label, deals, rows)
    created = report_view.deals(
        DealSelection(
            created_from=report_view.period.period.start, created_to=report_view.period.period.end
        )
    )
    by_source = created_by_source(report_view, created)
    return CutsReport(
        report_view=report_view,
        whole=whole,
        sources=_by_text(whole, rows, "source"),
        industries=_by_text(whole, rows, "industry"),
        competitors=grouped_closings(
            whole,
            rows,
            lambda row: (row.competitor or NO_COMPETITOR, row.competitor_name),
            part=lambda found: {"competitor": found[0]},
            label=lambda found: found[1] or "Nobody named",
        ),
        products=_by_product(report_view, deals, rows),
        created=Created(
            label=report_view.scope.label,
            count=sum(each.count for each in by_source),
            cents=sum(each.cents for each in by_source),
            unpriced=sum(each.unpriced for each in by_source),
            deals=created,
        ),
        created_by_source=by_source,
    )


def _by_text(whole: ClosingsRow, rows: Sequence[Closing], field: str) -> ClosingsRows:
    return grouped_closings(
        whole,
        rows,
        attrgetter(field),
        part=lambda text: {field: text or NOT_GIVEN},
        label=lambda text: text or f"No {field}",
    )


def _by_product(
    report_view: ReportView, deals: DealSelection, rows: Sequence[Closing]
) -> list[ClosingsRow]:
    """Return a line for each product; a deal with two of them is in both lines."""
    sold: dict[int, set[int]] = {}
    names: dict[int, str] = {}
    lines = DealLine.objects.filter(deal__in=report_view.versions(deals).values("deal"))
    for deal, product, name in lines.values_list("deal", "product", "product__name"):
        sold.setdefault(deal, set()).add(product)
        names[product] = name
    groups: dict[int, list[Closing]] = {}
    for row in rows:
        for product in sold.get(row.deal, {NO_PRODUCT}) if row.shown else ():
            groups.setdefault(product, []).append(row)
    return lines_of(
        deals,
        rows,
        groups,
        part=lambda product: {"product": product},
        label=lambda product: names.get(product, "No product"),
    )
