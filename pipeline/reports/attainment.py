"""Attainment: one function for the pages, the API and the nightly job."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from kit.money import cents
from org.access import below
from org.enums import Measure
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team
from org.models.territories import Territory
from pipeline.enums import SubjectKind
from pipeline.metrics.attainment import Attainment, Credit, Subject, attained
from pipeline.metrics.quotas import QuotaBook, Span, resolved_quota
from pipeline.reports.credits import tallies, territory_tallies
from pipeline.reports.roster import Roster, roster
from pipeline.reports.setting import Fiscal, Setting, around, setting

EVERYONE = Subject(SubjectKind.EVERYONE)
BY_TERRITORY = frozenset({Measure.BOOKINGS, Measure.DEALS_WON})


def subject_of(row: Person | Team | Territory) -> Subject:
    """Return the subject that a row is."""
    kinds = {Person: SubjectKind.PERSON, Team: SubjectKind.TEAM, Territory: SubjectKind.TERRITORY}
    return Subject(kinds[type(row)], row.pk)


def attainment(
    subjects: Sequence[Subject],
    *,
    period: Fiscal,
    measure: Measure,
    as_of: datetime,
    calendar: Setting | None = None,
    people: Roster | None = None,
) -> list[Attainment]:
    """Return the attainment of each subject, in their order, as it stood at ``as_of``.

    Bookings are exact cents, other measures numbers; never capped. Deals, teams of the time and
    quotas are those of ``as_of``: a quota set or a deal edited later changes nothing. A team has
    the credits of its own members and those of all teams below it, each deal once, so that its
    actual is the sum of its people's. Territories, with all below them, have bookings and deals
    won; ValueError for another measure. The number of statements does not depend on how many
    subjects there are. ``calendar`` and ``people`` (see ``roster_of``) are read where not given.
    """
    calendar = calendar or setting()
    people = people or roster_of(period, as_of, calendar)
    span = calendar.span(period.pk)
    book = quota_book(measure, span, as_of, calendar=calendar, people=people)
    known = _Known(measure=measure, period=period, as_of=as_of, calendar=calendar)
    counted = _counted(subjects, known, people)
    if any(subject.kind is SubjectKind.TERRITORY for subject in subjects):
        territories: dict[int, int | None] = dict(Territory.objects.values_list("pk", "parent_id"))
        book = replace(book, territories=territories)
        counted |= _counted_by_territory(subjects, known, territories)
    return [
        attained(
            subject,
            measure=measure,
            period_id=period.pk,
            target=resolved_quota(subject, span, book),
            credits=counted[subject],
        )
        for subject in subjects
    ]


def roster_of(period: Fiscal, as_of: datetime, calendar: Setting) -> Roster:
    """Read the people with their seats of the period and of the as-of day."""
    return roster(around(period.period, calendar.day(as_of)))


def quota_book(
    measure: Measure, span: Span, as_of: datetime, *, calendar: Setting, people: Roster
) -> QuotaBook:
    """Read the quotas of a measure for a period and its parts as they stood at ``as_of``."""
    rows = Quota.objects.filter(measure=measure, period__in=span.ids()).as_of(as_of)
    amounts: dict[tuple[Subject, int], int] = {}
    for row in rows.values_list("person", "team", "territory", "period", "target"):
        *ids, period, target = row
        if target is not None:
            amount = cents(target) if measure == Measure.BOOKINGS else int(target)
            amounts[_subject(*ids), period] = amount
    return QuotaBook(
        rows=amounts, parents=calendar.parents, team_on=people.team_on, as_of=calendar.day(as_of)
    )


def merged(credits: Iterable[Credit]) -> tuple[Credit, ...]:
    """Return one credit for each person, in the order of their ids."""
    found: dict[int, Credit] = {}
    for credit in credits:
        other = found.get(credit.person, Credit(credit.person, 0, 0))
        found[credit.person] = Credit(
            credit.person,
            other.actual + credit.actual,
            other.cases + credit.cases,
            other.unpriced + credit.unpriced,
        )
    return tuple(found[person] for person in sorted(found))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is counted, when, and as known at which moment."""

    measure: Measure
    period: Fiscal
    as_of: datetime
    calendar: Setting


def _counted(
    subjects: Sequence[Subject], known: _Known, people: Roster
) -> dict[Subject, tuple[Credit, ...]]:
    wanted = [subject for subject in subjects if subject.kind is not SubjectKind.TERRITORY]
    if not wanted:
        return {}
    teams = {
        subject: below(dict(known.calendar.parents), {subject.pk})
        for subject in wanted
        if subject.kind is SubjectKind.TEAM
    }
    rows = tallies(
        known.measure,
        period=known.period.period,
        moment=known.as_of,
        setting=known.calendar,
        people=_whose(wanted, teams.values(), people),
    )
    by_person: dict[int, list[Credit]] = {}
    by_team: dict[int | None, list[Credit]] = {}
    for row in rows:
        by_person.setdefault(row.credit.person, []).append(row.credit)
        by_team.setdefault(row.team, []).append(row.credit)
    everything = [row.credit for row in rows]
    found = {}
    for subject in wanted:
        if subject.kind is SubjectKind.PERSON:
            found[subject] = merged(by_person.get(subject.pk, ()))
        elif subject.kind is SubjectKind.TEAM:
            found[subject] = merged(c for team in teams[subject] for c in by_team.get(team, ()))
        else:
            found[subject] = merged(everything)
    return found


def _whose(
    subjects: Sequence[Subject], teams: Iterable[Collection[int]], people: Roster
) -> set[int] | None:
    """Return everybody who can have a credit that is asked for; None for all."""
    if EVERYONE in subjects:
        return None
    wanted = {subject.pk for subject in subjects if subject.kind is SubjectKind.PERSON}
    inside = {team for each in teams for team in each}
    return wanted | {
        pk
        for pk, person in people.people.items()
        if any(seat.team in inside for seat in person.seats)
    }


def _counted_by_territory(
    subjects: Sequence[Subject], known: _Known, parents: dict[int, int | None]
) -> dict[Subject, tuple[Credit, ...]]:
    if known.measure not in BY_TERRITORY:
        raise ValueError(f"{known.measure} is not counted by territory")
    rows = territory_tallies(
        known.measure, period=known.period.period, moment=known.as_of, setting=known.calendar
    )
    found = {}
    for subject in subjects:
        if subject.kind is SubjectKind.TERRITORY:
            inside = below(parents, {subject.pk})
            found[subject] = merged(row.credit for row in rows if row.team in inside)
    return found


def _subject(person: int | None, team: int | None, territory: int | None) -> Subject:
    if person is not None:
        return Subject(SubjectKind.PERSON, person)
    if team is not None:
        return Subject(SubjectKind.TEAM, team)
    return Subject(SubjectKind.TERRITORY, territory or 0)
