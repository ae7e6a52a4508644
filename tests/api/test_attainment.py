from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from org.models.calendar import FiscalPeriod
from org.services import calendar, quotas
from tests.api.conftest import program_of
from tests.factories.org import TeamMembershipFactory
from tests.factories.pipeline import DealFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def quarter(sales_team):
    calendar.ensure_years(2026, 2026)
    return FiscalPeriod.objects.get(kind="quarter", start_on=date(2026, 1, 1))


@pytest.fixture
def won(sales_team, stages, quarter):
    """Rita won 300.50 and a deal without a price, Ron 100, Rob (of the other team) 1,000."""
    for person, amount in (
        (sales_team.rita, Decimal("300.50")),
        (sales_team.rita, None),
        (sales_team.ron, Decimal(100)),
        (sales_team.rob, Decimal(1000)),
    ):
        DealFactory(
            owner=person, amount=amount, stage=stages["Won"], closed_on=date(2026, 2, 1),
            created_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
        )  # fmt: skip
    quotas.set_quota(
        by=None, subject=sales_team.rita, measure="bookings", period=quarter,
        target=Decimal(200), reason="Plan", at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def read(program, **query):
    answer = program.get("attainment", **query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_ones_own_number_by_hand(sales_team, rita, won, quarter):
    body = read(rita, period=quarter.pk)

    assert (body["measure"], body["period"]["start_on"]) == ("bookings", "2026-01-01")
    assert body["results"] == [
        {
            "kind": "person",
            "id": sales_team.rita.pk,
            "actual": "300.50",
            "quota": "200.00",
            "quota_complete": True,
            "attainment": "1.502500",
            "gap": "-100.50",
            "cases": 2,
            "unpriced": 1,
            "overlay": "0.00",
            "credits": [
                {
                    "person": sales_team.rita.pk,
                    "actual": "300.50",
                    "cases": 2,
                    "unpriced": 1,
                    "overlay": "0.00",
                }
            ],
            "others": {"actual": "0.00", "cases": 0, "unpriced": 0, "overlay": "0.00"},
        }
    ]


def test_without_a_quota_nothing_is_reached_of_nothing(sales_team, mia, won, quarter):
    found = read(mia, period=quarter.pk, person=sales_team.ron.pk)["results"][0]

    assert (found["actual"], found["quota"], found["attainment"], found["gap"]) == (
        "100.00",
        None,
        None,
        None,
    )


def test_a_team_adds_up_and_hides_who_is_no_longer_below(sales_team, mia, won, stages, quarter):
    # Fay was in North when she won; she reports to Max today.
    DealFactory(
        owner=sales_team.fay, amount=Decimal(7), stage=stages["Won"], closed_on=date(2026, 2, 1),
        created_at=datetime(2026, 1, 5, 9, tzinfo=UTC),
    )  # fmt: skip

    found = read(mia, period=quarter.pk, team=sales_team.north.pk)["results"][0]

    assert found["actual"] == "407.50"
    assert [credit["person"] for credit in found["credits"]] == [
        sales_team.rita.pk,
        sales_team.ron.pk,
    ]
    assert found["others"] == {"actual": "7.00", "cases": 1, "unpriced": 0, "overlay": "0.00"}
    parts = [Decimal(credit["actual"]) for credit in [*found["credits"], found["others"]]]
    assert sum(parts) == Decimal(found["actual"])


def test_deals_won_are_counted_as_numbers(sales_team, rita, won, quarter):
    found = read(rita, period=quarter.pk, measure="deals_won")["results"][0]

    assert (found["actual"], found["quota"]) == ("2", None)


def test_as_of_a_day_before_the_win_there_is_nothing(sales_team, rita, won, quarter):
    found = read(rita, period=quarter.pk, as_of="2026-01-04")["results"][0]

    assert (found["actual"], found["quota"]) == ("0.00", "200.00")


def test_everyone_is_for_who_sees_everyone(sales_team, rita, won, quarter):
    eve = program_of(sales_team.eve)

    assert read(eve, period=quarter.pk, everyone="true")["results"][0]["actual"] == "1400.50"
    assert rita.get("attainment", period=quarter.pk, everyone="true").status_code == 400


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"person": "rob"}, "person"),
        ({"person": "987654321"}, "person"),
        ({"person": "1,1"}, "person"),
        ({"person": "1,x"}, "person"),
        ({"person": ""}, "person"),
        ({"person": ",".join(map(str, range(1, 102)))}, "person"),
        ({"team": "south"}, "team"),
        ({"territory": "1"}, "territory"),
        ({"measure": "calls"}, "measure"),
        ({"period": "0"}, "period"),
        ({"as_of": "2999-01-01"}, "as_of"),
        ({"as_of": "1985-01-01"}, "period"),
    ],
)
def test_a_question_that_has_no_answer_here_names_its_part(sales_team, rita, quarter, query, field):
    named = {
        name: getattr(sales_team, word).pk if word in ("rob", "south") else word
        for name, word in query.items()
    }

    answer = rita.get("attainment", **named)

    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_reading_writes_no_calendar(sales_team, rita, quarter):
    before = FiscalPeriod.objects.count()

    rita.get("attainment", as_of="1985-01-01")

    assert FiscalPeriod.objects.count() == before


def test_three_people_take_as_many_questions_as_one(
    sales_team, won, quarter, django_assert_num_queries
):
    eve = program_of(sales_team.eve)
    people = [sales_team.rita, sales_team.ron, sales_team.rob]
    TeamMembershipFactory(person=sales_team.stan, team=sales_team.north)
    read(eve, period=quarter.pk, person=people[0].pk)

    for some in (people[:1], people):
        with django_assert_num_queries(10):
            read(eve, period=quarter.pk, person=",".join(str(person.pk) for person in some))
