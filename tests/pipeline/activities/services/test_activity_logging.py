from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from org.models.audit import AuditEntry
from pipeline.activities.models import Activity
from pipeline.activities.services import log_and_plan
from pipeline.deals.models import Deal, DealVersion
from tests.factories.pipeline import AccountFactory, DealFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOW = MONDAY + timedelta(hours=1)


def log(by, **fields):
    given = {"kind": "call", "subject": "Talked", "occurred_at": MONDAY, "submission": uuid4()}
    return log_and_plan(by=by, now=NOW, source="page", **given | fields)


def test_the_next_step_is_written_with_the_activity(sales_team):
    deal = DealFactory(owner=sales_team.rita, next_step="Old", next_step_on=date(2026, 3, 3))

    logged = log(sales_team.rita, deal=deal, direction="out", minutes=25, next_step="Send it")

    assert (logged.deal, logged.direction, logged.minutes) == (deal, "out", 25)
    deal.refresh_from_db()
    # The day of the old step is not that of the new one.
    assert (deal.next_step, deal.next_step_on) == ("Send it", None)
    last = DealVersion.objects.filter(deal=deal).order_by("-valid_from").first()
    assert (last.next_step, last.changed_by) == ("Send it", sales_team.rita)


def test_without_a_step_the_deal_stays_as_it_is(sales_team):
    deal = DealFactory(owner=sales_team.rita, next_step="Old")

    log(sales_team.rita, deal=deal)

    deal.refresh_from_db()
    assert (deal.next_step, deal.version) == ("Old", 1)


@pytest.mark.parametrize(
    "steps", [{"next_step": "Send it"}, {"next_step_on": date(2026, 3, 3)}], ids=["deal", "words"]
)
def test_a_step_needs_a_deal_and_words(sales_team, steps):
    with pytest.raises(ValidationError) as refusal:
        log(sales_team.rita, account=AccountFactory(), **steps)

    assert list(refusal.value.message_dict) == ["next_step"]
    assert not Activity.objects.exists()


def test_a_refused_step_logs_nothing(sales_team):
    deal = DealFactory(owner=sales_team.rita)

    with pytest.raises(ValidationError):
        log(sales_team.rita, deal=deal, next_step="x" * 501)
    with pytest.raises(PermissionDenied):
        log(sales_team.eve, deal=deal, next_step="Send it")

    assert not Activity.objects.exists()
    assert not AuditEntry.objects.exists()


def test_an_old_form_sent_again_changes_nothing_that_came_since(sales_team):
    deal, submission = DealFactory(owner=sales_team.rita), uuid4()
    first = log(sales_team.rita, deal=deal, next_step="Send it", submission=submission)
    log(sales_team.rita, deal=deal, next_step="Call again")

    assert log(sales_team.rita, deal=deal, next_step="Send it", submission=submission) == first
    deal.refresh_from_db()
    assert deal.next_step == "Call again"


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_log_and_plan_once(sales_team):
    deal, submission = DealFactory(owner=sales_team.rita), uuid4()
    logged, start = [], Barrier(6)

    def click():
        start.wait()
        logged.append(log(sales_team.rita, deal=deal, next_step="Send it", submission=submission))
        connection.close()

    threads = [Thread(target=click) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {one.pk for one in logged} == {Activity.objects.get().pk}
    assert len(logged) == 6
    assert Deal.objects.get().version == 2
    assert sorted(AuditEntry.objects.values_list("action", flat=True)) == [
        "activity.log",
        "deal.edit",
    ]


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"direction": "up"}, "direction"), ({"minutes": 10_081}, "minutes")],
)
def test_direction_and_length_are_checked(sales_team, fields, field):
    with pytest.raises(ValidationError) as refusal:
        log(sales_team.rita, account=AccountFactory(), **fields)

    assert list(refusal.value.message_dict) == [field]
