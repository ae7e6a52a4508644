import csv
import io
from datetime import UTC, datetime

import pytest
from django.db import connection

from kit.tables import Sort
from pipeline.activities.models import Activity
from pipeline.activities.reports import activities_of
from tests.factories.pipeline import ActivityFactory, DealFactory

pytestmark = pytest.mark.django_db


def listed(client, **query: str) -> list[str]:
    table = client.get("/activities/", query).context["table"]
    return [row.subject for row in table.rows]


def test_activities_come_in_either_order_and_download_whole(as_, sales_team):
    for day in (1, 2, 3):
        at = datetime(2026, 3, day, 9, tzinfo=UTC)
        ActivityFactory(person=sales_team.rita, subject=f"Call {day}", occurred_at=at)
    ActivityFactory(person=sales_team.rob, subject="Call of Rob")
    rita = as_(sales_team.rita)

    assert listed(rita) == ["Call 3", "Call 2", "Call 1"]
    assert listed(rita, sort="occurred_at") == ["Call 1", "Call 2", "Call 3"]
    assert rita.get("/activities/", {"sort": "subject"}).status_code == 400
    page = rita.get("/activities/", {"before": "2026-03-03"})
    file = rita.get(page.context["csv_href"]).getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert [row["In a few words"] for row in rows] == ["Call 2", "Call 1"]


def test_direction_and_minutes_are_listed_narrowed_to_ordered_and_downloaded(as_, sales_team):
    said = {"short": ("in", 5), "long": ("out", 90), "none": ("", None)}
    for subject, (direction, minutes) in said.items():
        ActivityFactory(
            person=sales_team.rita, subject=subject, direction=direction, minutes=minutes
        )
    rita = as_(sales_team.rita)

    assert listed(rita, sort="-minutes") == ["long", "short", "none"]
    assert listed(rita, sort="minutes") == ["none", "short", "long"]
    assert listed(rita, direction="in") == ["short"]
    page = rita.get("/activities/", {"direction": "out"})
    file = rita.get(page.context["csv_href"]).getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert [(row["Direction"], row["Minutes"]) for row in rows] == [("Outgoing", "90")]
    assert rita.get("/activities/", {"direction": "up"}).status_code == 400


def test_the_order_by_minutes_is_read_from_its_index(as_, sales_team):
    rows = activities_of(
        sales_team.ada,
        person=None,
        kind="",
        direction="",
        since=None,
        before=None,
        sort=Sort("minutes", descending=True),
    )
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")

    assert "activity_by_minutes" in rows[:50].explain()


def test_a_deals_page_logs_direction_and_minutes_and_tells_them(as_, sales_team):
    deal = DealFactory(owner=sales_team.rita)
    rita = as_(sales_team.rita)
    form = rita.get(deal.get_absolute_url()).context["log"]
    sent = {
        "deal": deal.pk,
        "kind": "call",
        "subject": "Talked",
        "occurred_at": form["occurred_at"].value().strftime("%Y-%m-%dT%H:%M"),
        "submission": form["submission"].value(),
    }

    for minutes in ("-1", "10081", "ten"):
        refused = rita.post("/activities/new/", sent | {"minutes": minutes})
        assert list(refused.context["form"].errors) == ["minutes"]
    given = sent | {"direction": "in", "minutes": "25"}
    assert rita.post("/activities/new/", given).status_code == 302

    logged = Activity.objects.get()
    assert (logged.direction, logged.minutes) == ("in", 25)
    assert "incoming, 25 min" in rita.get(deal.get_absolute_url()).content.decode()
