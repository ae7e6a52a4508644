import csv
import io
from datetime import UTC, datetime

import pytest

from tests.factories.pipeline import ActivityFactory

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
