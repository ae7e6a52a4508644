"""The list of one-on-ones: sorted, as a file, and of nobody else's."""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from coaching import services
from org import access

pytestmark = pytest.mark.django_db
URL = reverse("coaching:one-on-ones")


@pytest.fixture
def mia(sales_team, no_bare_numbers):
    today = access.today()
    for person, days in ((sales_team.rita, 5), (sales_team.ron, 2)):
        series = services.start(by=sales_team.mia, person=person, manager=sales_team.mia)
        services.plan_session(series, by=sales_team.mia, on=today + timedelta(days=days))
    client = Client()
    client.force_login(sales_team.mia, backend="org.backends.SessionBackend")
    return client


def names(client: Client, sort: str) -> list[str]:
    return [row.other.full_name for row in client.get(URL, {"sort": sort}).context["table"].rows]


def test_it_sorts_and_says_by_what_it_is_sorted(mia):
    assert names(mia, "") == names(mia, "nonsense") == ["Rita Rep", "Ron Rep"]
    assert names(mia, "-other") == names(mia, "next_on") == ["Ron Rep", "Rita Rep"]
    assert 'aria-sort="descending"' in mia.get(URL, {"sort": "-other"}).content.decode()


def test_the_file_has_ones_own_and_no_notes(mia, sales_team):
    rows = list(
        csv.DictReader(
            io.StringIO(
                mia.get(URL, {"file": "on", "sort": "next_on"}).getvalue().decode("utf-8-sig")
            )
        )
    )

    assert [row["With"] for row in rows] == ["Ron Rep", "Rita Rep"]
    assert rows[0]["Next"] == (access.today() + timedelta(days=2)).isoformat()
    assert set(rows[0]) == {"With", "Next", "State", "Last held", "Open items", "Every"}
    other = Client()
    other.force_login(sales_team.rob, backend="org.backends.SessionBackend")
    assert other.get(URL, {"file": "on"}).getvalue().decode().count("\n") == 1
