"""One company quota: what a leaver owed stays with the team that they left, counted once."""

from datetime import date

import pytest

from analytics.attainment.reports.attainment import EVERYONE, attainment, subject_of
from analytics.attainment.reports.territories import by_territory
from analytics.context.reports import organisation_calendar
from analytics.dashboards.reports.team import team_report
from analytics.runs.enums import RunState, Trigger
from analytics.runs.models import AttainmentSnapshot
from analytics.runs.services import recompute
from forecasting.services import nightly
from org.enums import Role
from org.services import people
from tests.analytics.report_views import report_view_of
from tests.api.conftest import program_of
from tests.factories.org import PersonFactory, QuotaFactory
from tests.paper import BOOKINGS, Paper, at, set_quotas

GONE = date(2026, 2, 20)
BEFORE, AFTER = at(2, 19), at(2, 25)
# On paper, in dollars: Sales owes 60,000 as a whole, North 30,000. Ron, who left South on 20
# February, still has 3,000 of January (North's), 4,000 of February and 5,000 of March (South's).
SALES, NORTH, SOUTH, COMPANY = 6_000_000, 3_000_000, 900_000, 6_000_000


@pytest.fixture
def owing(paper: Paper) -> Paper:
    set_quotas(paper)
    for team, target in ((paper.north, 30_000), (paper.sales, 60_000)):
        QuotaFactory(
            person=None, team=team, period=paper.period("Q1 2026"), target=target, set_at=at(1, 5)
        )
    return paper


def quotas(paper: Paper, as_of, label: str = "Q1 2026") -> list[int | None]:
    subjects = [*map(subject_of, (paper.sales, paper.north, paper.south)), EVERYONE]
    found = attainment(subjects, period=paper.period(label), measure=BOOKINGS, as_of=as_of)
    return [one.quota for one in found]


def leave(paper: Paper) -> None:
    people.deactivate(paper.ron, by=None, on=GONE)


@pytest.mark.parametrize("as_of", [BEFORE, AFTER, at(4, 15)])
def test_nobodys_leaving_raises_the_companys_quota(owing: Paper, as_of):
    before = quotas(owing, as_of)

    leave(owing)

    assert quotas(owing, as_of) == before == [SALES, NORTH, SOUTH, COMPANY]


def test_without_a_quota_of_its_own_the_team_keeps_what_the_leaver_owed(paper: Paper):
    set_quotas(paper)
    leave(paper)

    # Rita's 22,000 and Ron's January for North, his February and March for South.
    assert quotas(paper, at(4, 15)) == [3_400_000, 2_500_000, 900_000, 3_400_000]
    assert quotas(paper, at(4, 15), "Mar 2026") == [500_000, None, 500_000, 500_000]


def test_a_quota_outside_of_every_team_is_added(owing: Paper):
    alone = PersonFactory(full_name="Al Alone", roles=(Role.REP,))
    QuotaFactory(person=alone, period=owing.period("Q1 2026"), target=1_000, set_at=at(1, 5))

    assert quotas(owing, AFTER)[-1] == COMPANY + 100_000


def test_every_page_the_api_and_the_night_say_the_same(owing: Paper):
    leave(owing)
    boss = PersonFactory(full_name="Ada Admin", roles=(Role.ADMIN,))
    calendar, quarter = organisation_calendar(), owing.period("Q1 2026")

    dashboard = team_report(report_view_of(boss, team="Everyone", now=AFTER)).attainment
    named = next(period for period in calendar.periods if period.pk == quarter.pk)
    territories = by_territory(boss, period=named, as_of=AFTER, past_day=None, calendar=calendar)
    answer = program_of(boss).get(
        "attainment", everyone="true", period=quarter.pk, as_of="2026-02-25"
    )
    run, _ = recompute.request_run(
        by=None, as_of=date(2026, 2, 25), trigger=Trigger.COMMAND, now=at(4, 15)
    )
    while run.state == RunState.RUNNING:
        nightly.work_here(run, clock=lambda: at(4, 15))
        run.refresh_from_db()
    stored = AttainmentSnapshot.objects.get(
        run=run, person=None, team=None, period=quarter, measure=BOOKINGS
    )

    assert dashboard.quota == COMPANY
    assert answer.json()["results"][0]["quota"] == "60000.00"
    assert stored.target == 60_000
    assert territories.total.bookings * 100 == dashboard.actual
