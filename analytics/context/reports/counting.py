"""Whether a single deal counts for a scope; DealSelection has the same rule in SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from analytics.context.reports.report_view import ReportView
from analytics.context.reports.roster import Roster
from kit.periods import Period
from org.enums import SubjectKind
from org.querysets import overlapping
from org.stays import Stay
from pipeline.customers.models import AccountTerritory
from pipeline.enums import Status


@dataclass(frozen=True, slots=True)
class Counting:
    """The people, seats and territories by which deals of a scope are told from others.

    ``lying`` holds where each account lay, of those that lay in the scope's territory on some
    day of the span that was read; empty for other scopes. ``stages`` are those of the pipeline
    that is looked at; None for all.
    """

    report_view: ReportView
    people: Roster
    lying: Mapping[int, tuple[Stay, ...]]
    stages: frozenset[int] | None = None
    # A few people close many deals on a few days: each pair is told once.
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
