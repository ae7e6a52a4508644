"""The people who are compared, by role, title and tenure, and why others are left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from analytics.attainment.metrics.attainment import Attainment
from analytics.attainment.reports.attainment import attainment, roster_of
from analytics.context.reports.report_view import ReportView
from analytics.context.reports.roster import Roster, Seller
from org.enums import Measure, SubjectKind
from org.metrics.quotas import Subject
from process.practices.metrics import top_quarter

TENURE = timedelta(days=180)
SHORT_TENURE = "Joined less than 180 days before the period"
OTHER_TITLE = "Another title"
NO_QUOTA = "No quota in the period"
GONE = "Left by the day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A person who sells in the scope. ``left_out`` says why they are not compared; else ""."""

    person: int
    name: str
    title: str
    attained: Attainment
    left_out: str
    on_top: bool


@dataclass(frozen=True, slots=True, kw_only=True)
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
    return Peers(
        report_view=report_view,
        title=chosen,
        titles=titles,
        by_quota=by_quota,
        people=[
            Peer(
                person=seller.pk,
                name=seller.name,
                title=seller.title,
                attained=attained[seller.pk],
                left_out=why[seller.pk],
                on_top=seller.pk in top,
            )
            for seller in sellers
        ],
    )


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
    started = seller.started_on
    if started is not None and started > report_view.period.period.start - TENURE:
        return SHORT_TENURE
    return ""


def _why_not(
    report_view: ReportView, seller: Seller, attained: Attainment, title: str, *, by_quota: bool
) -> str:
    outside = _outside(report_view, seller)
    if outside:
        return outside
    if seller.title != title:
        return OTHER_TITLE
    return NO_QUOTA if by_quota and attained.share is None else ""
