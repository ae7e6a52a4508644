"""The people who are compared, and what they do: a value for each person and behaviour."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import mean, median

from django.db.models import Count, F, FilteredRelation, Min, Q

from analytics.attainment.metrics import Attainment
from analytics.attainment.reports.attainment import attainment
from analytics.context.reports import ReportView
from analytics.metrics.metrics.closings import Closing, compared, cut, discount
from analytics.metrics.reports.closings import closings, scope_rows
from analytics.metrics.reports.prices import PriceLines, price_lines
from org.enums import Measure, SubjectKind
from org.metrics import Subject
from org.reports.organisation import Roster, Seller, roster_of
from pipeline.activities.models import Activity
from pipeline.deals.metrics import SECONDS_A_DAY
from pipeline.enums import TOUCHES, ActivityKind, Status
from pipeline.stages.models import Stage
from process.practices.metrics import Difference, Finding, difference, top_quarter

TENURE = timedelta(days=180)
SHORT_TENURE = "Joined less than 180 days before the period"
OTHER_TITLE = "Another title"
NO_QUOTA = "No quota in the period"
GONE = "Left by the day"


@dataclass(frozen=True, slots=True)
class Peer:
    """A person who sells in the scope. ``left_out`` says why they are not compared; else ""."""

    person: int
    name: str
    title: str
    attained: Attainment
    left_out: str
    on_top: bool


@dataclass(frozen=True, slots=True)
class Peers:
    """The people of a look who sell; ``by_quota``: they are ranked by attainment, else bookings."""

    report_view: ReportView
    title: str
    titles: Sequence[str]
    by_quota: bool
    people: Sequence[Peer]

    @property
    def compared(self) -> list[Peer]:
        return [peer for peer in self.people if not peer.left_out]

    @property
    def top(self) -> frozenset[int]:
        return frozenset(peer.person for peer in self.people if peer.on_top)

    @property
    def left_out(self) -> dict[str, int]:
        """How many people are not compared, by why."""
        return dict(Counter(peer.left_out for peer in self.people if peer.left_out))


def peers_of(report_view: ReportView, *, title: str | None) -> Peers:
    """Return the people of a report view who sell and whom the viewer may see, in three statements.

    Compared are those of one ``title`` (the most frequent, where none is given) who are there on
    the day and joined 180 days before the period or earlier; where somebody has a quota, those who
    have one, ranked by attainment, else all, ranked by bookings.
    """
    people = roster_of(
        report_view.period, report_view.moment, report_view.calendar, viewer=report_view.viewer
    )
    sellers = [
        seller
        for seller in people.people.values()
        if seller.sells and _is_here(report_view, people, seller)
    ]
    kept = [seller for seller in sellers if not _outside(report_view, seller)]
    titles = [name for name, _ in Counter(seller.title for seller in kept).most_common()]
    chosen = title if title is not None else (titles[0] if titles else "")
    found = attainment(
        [Subject(SubjectKind.PERSON, seller.pk) for seller in sellers],
        period=report_view.period,
        measure=Measure.BOOKINGS,
        as_of=report_view.moment,
        calendar=report_view.calendar,
        people=people,
    )
    attained = {seller.pk: each for seller, each in zip(sellers, found, strict=True)}
    by_quota = any(attained[s.pk].share is not None for s in kept if s.title == chosen)
    why = {
        s.pk: _why_not(report_view, s, attained[s.pk], chosen, by_quota=by_quota) for s in sellers
    }
    scores = {
        pk: (each.share or Decimal(0)) if by_quota else Decimal(each.actual)
        for pk, each in attained.items()
        if not why[pk]
    }
    top = top_quarter(scores)
    peers = [Peer(s.pk, s.name, s.title, attained[s.pk], why[s.pk], s.pk in top) for s in sellers]
    return Peers(report_view, chosen, titles, by_quota, peers)


def _is_here(report_view: ReportView, people: Roster, seller: Seller) -> bool:
    """Whether the person belongs to the scope on the day and may be seen."""
    if not seller.shown:
        return False
    if report_view.scope.people is not None:
        return seller.pk in report_view.scope.people
    if report_view.scope.team is None:
        return True
    return people.team_on(seller.pk, report_view.day) in report_view.scope.inside(report_view.day)


def _outside(report_view: ReportView, seller: Seller) -> str:
    if not seller.active or seller.gone_by(report_view.day):
        return GONE
    if seller.started_on and seller.started_on > report_view.period.period.start - TENURE:
        return SHORT_TENURE
    return ""


def _why_not(
    report_view: ReportView, seller: Seller, attained: Attainment, title: str, *, by_quota: bool
) -> str:
    if outside := _outside(report_view, seller):
        return outside
    if seller.title != title:
        return OTHER_TITLE
    return NO_QUOTA if by_quota and attained.share is None else ""


# A person's value rests on at least so many deals, or touches for the shares by stage.
FEWEST_DEALS, FEWEST_TOUCHES, DAYS_A_WEEK = 5, 20, 7
# How often each closed deal was pushed and went back to an earlier stage.
PATHS = """
WITH counted AS MATERIALIZED ({deals}), held AS (
    SELECT version.deal_id, version.expected_close_on, stage."order", stage.pipeline_id,
           lag(version.expected_close_on) OVER path AS close_before,
           lag(stage."order") OVER path AS order_before,
           lag(stage.pipeline_id) OVER path AS pipeline_before
      FROM pipeline_dealversion version
      JOIN counted USING (deal_id) JOIN pipeline_stage stage ON stage.id = version.stage_id
     WHERE version.status = 'open' AND version.valid_from <= %(moment)s
    WINDOW path AS (PARTITION BY version.deal_id ORDER BY version.valid_from)
)
SELECT deal_id, count(*) FILTER (WHERE expected_close_on > close_before),
       count(*) FILTER (WHERE "order" < order_before AND pipeline_id = pipeline_before)
  FROM held GROUP BY deal_id
"""
Values = Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What is compared: its unit as tables name it, what a value means, and each person's value."""

    key: str
    label: str
    kind: str
    note: str
    values: Values


@dataclass(frozen=True, slots=True)
class Compared:
    """A behaviour and how the top quarter differs in it from the others."""

    behaviour: Behaviour
    found: Difference


@dataclass(frozen=True, slots=True)
class BestReport:
    peers: Peers
    compared: Sequence[Compared]

    @property
    def clear(self) -> int:
        return sum(row.found.finding in (Finding.MORE, Finding.LESS) for row in self.compared)


def best_report(peers: Peers) -> BestReport:
    """Return every behaviour compared; all intervals hold together."""
    found = _behaviours(peers)
    compared = [
        Compared(each, difference(each.values, peers.top, comparisons=len(found))) for each in found
    ]
    return BestReport(peers, compared)


def _behaviours(peers: Peers) -> list[Behaviour]:
    report_view = peers.report_view
    people = {peer.person for peer in peers.compared}
    closed = {
        person: rows
        for person, rows in cut(
            closings(report_view, report_view.closed), lambda row: row.person
        ).items()
        if person in people
    }
    return [
        *_of_activities(report_view, people),
        *_of_engagement(report_view, closed),
        *_of_prices(price_lines(report_view), people),
        *_of_paths(report_view, closed),
    ]


def _of_activities(report_view: ReportView, people: set[int]) -> list[Behaviour]:
    """Touches a week, and which part of them falls to deals in each stage at the time.

    The stages are those of the default pipeline: each more would make every interval wider.
    """
    period = report_view.period.period
    held = Q(deal__versions__valid_from__lte=F("occurred_at")) & Q(
        deal__versions__valid_to__gt=F("occurred_at")
    )
    rows = (
        Activity.objects.known_at(report_view.moment)
        .filter(
            person__in=people,
            kind__in=TOUCHES,
            occurred_at__gte=report_view.calendar.start_of(period.start),
            occurred_at__lt=report_view.calendar.start_of(period.end),
        )
        .annotate(stood=FilteredRelation("deal__versions", condition=held))
        .values("person", "stood__stage")
        .annotate(touches=Count("pk"))
        .order_by()
    )
    by_stage: dict[int, Counter[int | None]] = {person: Counter() for person in people}
    for row in rows:
        by_stage[row["person"]][row["stood__stage"]] += row["touches"]
    weeks = max((min(report_view.day, period.last_day) - period.start).days + 1, 1) / DAYS_A_WEEK
    return [
        Behaviour(
            key="touches",
            label="Touches a week",
            kind="number",
            note="Calls, e-mails and meetings with customers.",
            values={person: found.total() / weeks for person, found in by_stage.items()},
        ),
        *(
            Behaviour(
                key=f"touches-{step.pk}",
                label=f"Share of touches in {step.name}",
                kind="percent",
                note=f"Of the touches on deals, those while the deal stood in {step.name}; of"
                f" people with {FEWEST_TOUCHES} touches on deals or more.",
                values=_shares(by_stage, step.pk),
            )
            for step in Stage.objects.of_default().filter(kind=Status.OPEN)
        ),
    ]


def _shares(by_stage: Mapping[int, Counter[int | None]], stage: int) -> dict[int, float]:
    found = {}
    for person, touches in by_stage.items():
        on_deals = touches.total() - touches[None]
        if on_deals >= FEWEST_TOUCHES:
            found[person] = touches[stage] / on_deals
    return found


def _of_engagement(
    report_view: ReportView, closed: Mapping[int, Sequence[Closing]]
) -> list[Behaviour]:
    """People reached on a deal, and the days until the first meeting."""
    meeting = Q(kind=ActivityKind.MEETING)
    rows = (
        Activity.objects.known_at(report_view.moment)
        .filter(deal__in=report_view.versions(report_view.closed).values("deal"), kind__in=TOUCHES)
        .values("deal", "deal__created_at")
        .annotate(
            contacts=Count("contact", distinct=True), first=Min("occurred_at", filter=meeting)
        )
        .order_by()
    )
    contacts: dict[int, float] = {}
    waits: dict[int, float] = {}
    for row in rows:
        contacts[row["deal"]] = row["contacts"]
        if row["first"] is not None:
            wait = row["first"] - row["deal__created_at"]
            waits[row["deal"]] = max(wait.total_seconds() / SECONDS_A_DAY, 0.0)
    return [
        Behaviour(
            key="contacts",
            label="People reached on a deal",
            kind="number",
            note="The mean number of contacts of the customer with whom something was exchanged.",
            values=_of_each(closed, lambda row: contacts.get(row.deal, 0.0), mean),
        ),
        Behaviour(
            key="first-meeting",
            label="Days to the first meeting",
            kind="days",
            note="The median from creation to the first meeting, of the deals that had one.",
            values=_of_each(closed, lambda row: waits.get(row.deal), median),
        ),
    ]


def _of_prices(lines: PriceLines, people: set[int]) -> list[Behaviour]:
    """Discounts, and the products of a won deal."""
    found = {
        person: rows
        for person, rows in cut(lines.rows, lambda row: row.person).items()
        if person in people and compared(rows).deals >= FEWEST_DEALS
    }
    discounts = {person: discount(compared(rows)) for person, rows in found.items()}
    return [
        Behaviour(
            key="discount",
            label="Discount",
            kind="percent",
            note="Off the list price, over the product lines of won deals.",
            values={person: float(off) for person, off in discounts.items() if off is not None},
        ),
        Behaviour(
            key="products",
            label="Products a won deal",
            kind="number",
            note="Different products with a list price, of the won deals that have one.",
            values={
                person: len({(row.deal, row.product) for row in rows}) / compared(rows).deals
                for person, rows in found.items()
            },
        ),
    ]


def _of_paths(report_view: ReportView, closed: Mapping[int, Sequence[Closing]]) -> list[Behaviour]:
    """How often deals are pushed and go back."""
    rows = scope_rows(report_view, report_view.versions(report_view.closed), PATHS)
    paths = {deal: (pushes, backs) for deal, pushes, backs in rows}
    return [
        Behaviour(
            key="pushes",
            label="Pushes a deal",
            kind="number",
            note="Moves of the expected close to a later day, of the deals closed.",
            values=_of_each(closed, lambda row: float(paths.get(row.deal, (0, 0))[0]), mean),
        ),
        Behaviour(
            key="backs",
            label="Deals that went back",
            kind="percent",
            note="Of the deals closed, those that moved to an earlier stage at least once.",
            values=_of_each(closed, lambda row: float(paths.get(row.deal, (0, 0))[1] > 0), mean),
        ),
    ]


def _of_each(
    closed: Mapping[int, Sequence[Closing]],
    read: Callable[[Closing], float | None],
    average: Callable[[Iterable[float]], float],
) -> dict[int, float]:
    """Return a person's average over the deals that have a value, if those are enough."""
    found = {}
    for person, rows in closed.items():
        values = [value for row in rows if (value := read(row)) is not None]
        if len(values) >= FEWEST_DEALS:
            found[person] = float(average(values))
    return found
