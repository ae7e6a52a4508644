"""Which quotas that were set a figure's quota is the sum of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from analytics.attainment.metrics import Attainment
from analytics.attainment.reports.standing import scope_attainment
from analytics.context.reports import ReportView, one_state
from org.enums import Measure, SubjectKind
from org.metrics import (
    QuotaBook,
    QuotaPart,
    ResolvedQuota,
    Subject,
    carried_parts,
    own_parts,
    placed_quotas,
    quota_parts,
    sum_of_parts,
)
from org.models.people import Person
from org.models.teams import Team
from org.reports.organisation import Roster, quota_book, roster_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A quota as far as it counts, in cents, and the label of the period that it was set for.

    Without a ``subject`` it sums up those of ``hidden`` people and teams whom the viewer may not
    see one by one.
    """

    subject: Subject | None
    name: str
    period: str
    cents: int
    hidden: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaSources:
    """The quota of a report view's scope, or of one person in it, and the lines that add up to it.

    ``reached`` is the attainment of the whole scope; None for a single person in it.
    """

    report_view: ReportView
    person: Person | None
    target: ResolvedQuota | None
    lines: Sequence[Source]
    reached: Attainment | None

    def __post_init__(self) -> None:
        found, wanted = sum(line.cents for line in self.lines), self.target
        if found != (wanted.amount if wanted else 0):
            raise ValueError(f"the quotas add up to {found}, not to {wanted}")
        if self.reached is not None and self.reached.target != wanted:
            raise ValueError(f"the quota is {wanted}, not {self.reached.target}")


@one_state()
def quota_sources(report_view: ReportView, *, person: Person | None = None) -> QuotaSources:
    """Return what the quota of a look's scope is made of, or that of one person within it."""
    people = roster_of(
        report_view.period, report_view.moment, report_view.calendar, viewer=report_view.viewer
    )
    span = report_view.calendar.span(report_view.period.pk)
    book = quota_book(
        Measure.BOOKINGS, [span], report_view.moment, calendar=report_view.calendar, people=people
    )
    parts = _parts(report_view, book, people, person)
    return QuotaSources(
        report_view=report_view,
        person=person,
        target=sum_of_parts(parts),
        lines=_lines(report_view, people, parts),
        reached=None if person else scope_attainment(report_view, people=people),
    )


def _parts(
    report_view: ReportView, book: QuotaBook, people: Roster, person: Person | None
) -> list[QuotaPart]:
    scope, span = report_view.scope, report_view.calendar.span(report_view.period.pk)
    if person is not None:
        if scope.team is None:
            return own_parts(Subject(SubjectKind.PERSON, person.pk), span, book)
        inside = partial(book.teams.inside, scope.team)
        carried = carried_parts(placed_quotas(span, book), inside)
        return [part for part in carried if part.subject.pk == person.pk]
    if scope.subject.kind is not SubjectKind.BELOW:
        return quota_parts(scope.subject, span, book)
    owing = [pk for pk in people.people if scope.owes(people.people[pk], report_view.day)]
    return [part for pk in owing for part in own_parts(Subject(SubjectKind.PERSON, pk), span, book)]


def _lines(report_view: ReportView, people: Roster, parts: Sequence[QuotaPart]) -> list[Source]:
    """Return a line for each part that the viewer may see, by name, and one for all others."""
    name_of = _namer(report_view, people, parts)
    shown: list[Source] = []
    hidden: list[QuotaPart] = []
    for part in parts:
        period = report_view.calendar.named(part.span.pk).period
        if (name := name_of(part.subject)) is None:
            hidden.append(part)
        else:
            shown.append(
                Source(subject=part.subject, name=name, period=period.label, cents=part.amount)
            )
    shown.sort(key=lambda line: line.name)
    if not hidden:
        return shown
    rest = Source(
        subject=None,
        name="",
        period=report_view.period.period.label,
        cents=sum(part.amount for part in hidden),
        hidden=len({part.subject for part in hidden}),
    )
    return [*shown, rest]


def _namer(
    report_view: ReportView, people: Roster, parts: Sequence[QuotaPart]
) -> Callable[[Subject], str | None]:
    """Return what names a subject, and says None of one that the viewer may not see."""
    names: dict[Subject, str] = {
        Subject(SubjectKind.PERSON, pk): seller.name
        for pk, seller in people.people.items()
        if seller.shown
    }
    if any(part.subject.kind is SubjectKind.TEAM for part in parts):
        teams = Team.objects.visible_to(report_view.viewer).values_list("pk", "name")
        names |= {Subject(SubjectKind.TEAM, pk): f"{name} as a team" for pk, name in teams}
    return names.get
