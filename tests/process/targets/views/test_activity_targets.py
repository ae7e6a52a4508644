import csv
import io
from datetime import UTC, date, datetime

import pytest
from django.db import connection

from org.services.calendar import ensure_years
from process.models import ActivityTarget
from tests.factories.org import HolidayFactory
from tests.factories.pipeline import ActivityFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db

TARGETS, SET = "/activities/targets/", "/setup/activity-targets/"
MARCH = {"period": "Mar 2026", "as_of": "2026-03-17"}


@pytest.fixture
def twenty(sales_team):
    """Twenty calls a week for reps, from before March 2026 on; Thursday the 12th is off."""
    ensure_years(2026, 2026)
    HolidayFactory(day=date(2026, 3, 12))
    return ActivityTarget.objects.create(
        role="rep", kind="call", count=20, every="week", starts_on=date(2026, 1, 1),
        reason="Plan", set_at=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def called(person, *days: int, **more) -> None:
    for day in days:
        at = datetime(2026, 3, day, 9, tzinfo=UTC)
        made = ActivityFactory(person=person, occurred_at=at, **more)
        type(made).objects.filter(pk=made.pk).update(created_at=at)


def shown(client, **query: str) -> dict[str, list[str]]:
    page = client.get(TARGETS + "export.csv", MARCH | query)
    rows = csv.DictReader(io.StringIO(page.getvalue().decode("utf-8-sig")))
    return {row["Person"]: [row["Done"], row["Target"], row["Due by now"]] for row in rows}


def test_each_person_stands_with_what_they_did_and_owe(as_, sales_team, twenty):
    called(sales_team.rita, 2, 3, 4, 11, 31)
    called(sales_team.rita, 2, kind="meeting")
    called(sales_team.ron, 16, archived_at=datetime(2026, 3, 17, 8, tzinfo=UTC))
    called(sales_team.rob, 5)

    page = as_(sales_team.mia).get(TARGETS, MARCH)
    mine = shown(as_(sales_team.mia))

    # Four on each of 21 working days, of which eleven are over by the end of the 17th.
    assert mine["Rita Rep"] == ["4", "84", "44"]
    assert mine["Ron Rep"] == ["0", "84", "44"]
    assert not {"Rob Rep", "Rae Rep"} & set(mine)
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pipeline_activity WHERE person_id = %s AND kind = 'call'
                  AND occurred_at >= '2026-03-01' AND occurred_at < '2026-03-18'""",
            [sales_team.rita.pk],
        )
        assert mine["Rita Rep"][0] == str(cursor.fetchone()[0])
    assert (
        f"person={sales_team.rita.pk}&amp;kind=call&amp;since=2026-03-01" in page.content.decode()
    )


def test_a_week_is_the_one_of_the_day_looked_at(as_, sales_team, twenty):
    called(sales_team.rita, 9, 13, 16)

    found = shown(as_(sales_team.mia), over="week", as_of="2026-03-13")

    # Four on each of the four days of a week with a day off.
    assert found["Rita Rep"] == ["2", "16", "16"]
    assert shown(as_(sales_team.mia), over="week", as_of="2026-03-10")["Rita Rep"][2] == "8"


def test_a_rep_sees_their_own(as_, sales_team, twenty):
    assert list(shown(as_(sales_team.rita))) == ["Rita Rep"]
    part = as_(sales_team.rita).get(f"{TARGETS}of/{sales_team.rita.pk}/", MARCH)
    assert "<html" not in part.content.decode()
    assert "84" in part.content.decode()
    assert as_(sales_team.rita).get(f"{TARGETS}of/{sales_team.ron.pk}/").status_code == 404


def test_a_past_day_knows_only_the_targets_set_by_then(as_, sales_team, twenty):
    ActivityTarget.objects.create(
        role="rep", kind="call", count=5, every="week", starts_on=date(2026, 1, 1),
        reason="Less", set_at=datetime(2026, 4, 1, tzinfo=UTC),
    )  # fmt: skip

    assert shown(as_(sales_team.mia))["Rita Rep"][1] == "84"
    assert shown(as_(sales_team.mia), as_of="2026-04-02")["Rita Rep"][1] == "21"


def test_without_a_target_nothing_is_defined(as_, sales_team):
    ensure_years(2026, 2026)
    called(sales_team.rita, 2)

    page = as_(sales_team.mia).get(TARGETS, MARCH).content.decode()
    part = as_(sales_team.rita).get(f"{TARGETS}of/{sales_team.rita.pk}/", MARCH)

    assert "No activity targets for these people." in page
    assert part.content.decode().strip() == ""


def test_an_admin_sets_a_target(as_, sales_team):
    ada = as_(sales_team.ada)
    given = form_of(ada.get(SET), having="starts_on")

    answer = ada.post(SET, given | {"count": "12", "every": "month", "reason": "New plan"})
    page = ada.get(SET).content.decode()

    assert (answer.status_code, answer.url) == (302, SET)
    assert "Rep: Call, 12 a month" in page
    refused = ada.post(SET, given | {"count": "0", "reason": ""})
    assert refused.status_code == 400
    assert list(refused.context["form"].errors) == ["count", "reason"]
