from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from org.models.audit import AuditEntry
from pipeline.activities.models import Activity
from pipeline.activities.services import archive_activity, log_activity, restore_activity
from tests.factories.pipeline import AccountFactory, ActivityFactory, ContactFactory, DealFactory

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
NOW = MONDAY + timedelta(hours=1)


def log(by, **fields):
    given = {"kind": "call", "subject": "Talked", "occurred_at": MONDAY} | fields
    return log_activity(by=by, now=NOW, **given)


def test_an_activity_on_a_deal_is_on_its_account_too(sales_team):
    deal = DealFactory(owner=sales_team.rita, account=AccountFactory())

    logged = log(sales_team.mia, deal=deal, subject="  Talked ", body=" a\nb ")

    assert (logged.account, logged.person) == (deal.account, sales_team.mia)
    assert (logged.subject, logged.body) == ("Talked", "a\nb")
    assert AuditEntry.objects.about(logged).get().action == "activity.log"


def test_a_double_click_logs_one_activity(sales_team):
    deal, submission = DealFactory(owner=sales_team.rita), uuid4()

    first = log(sales_team.rita, deal=deal, submission=submission)
    second = log(sales_team.rita, deal=deal, submission=submission)

    assert first == second
    assert Activity.objects.count() == AuditEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_log_one_activity(sales_team):
    deal, submission = DealFactory(owner=sales_team.rita), uuid4()
    logged, start = [], Barrier(8)

    def click():
        start.wait()
        logged.append(log(sales_team.rita, deal=deal, submission=submission).pk)
        connection.close()

    threads = [Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(logged) == 8
    assert set(logged) == {Activity.objects.get().pk}
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"kind": "fax"}, "kind"),
        ({"subject": "  "}, "subject"),
        ({"subject": "x" * 301}, "subject"),
        ({"occurred_at": NOW + timedelta(hours=1)}, "occurred_at"),
        ({"occurred_at": datetime(1899, 1, 1, tzinfo=UTC)}, "occurred_at"),
    ],
)
def test_a_bad_activity_is_refused_on_its_field(sales_team, fields, field):
    with pytest.raises(ValidationError) as refusal:
        log(sales_team.rita, account=AccountFactory(), **fields)

    assert list(refusal.value.message_dict) == [field]
    assert not Activity.objects.exists()


def test_an_activity_is_about_something(sales_team):
    with pytest.raises(ValidationError, match="which deal, account or contact"):
        log(sales_team.rita)

    assert log(sales_team.rita, contact=ContactFactory()).account is None


def test_people_log_for_themselves_and_those_below(sales_team):
    account = AccountFactory()
    for by, person in (
        (sales_team.eve, None),
        (sales_team.rex, None),
        (sales_team.rita, sales_team.ron),
        (sales_team.mia, sales_team.rob),
    ):
        with pytest.raises(PermissionDenied):
            log(by, account=account, person=person)

    assert log(sales_team.mia, account=account, person=sales_team.ron).person == sales_team.ron
    assert log(None, account=account, person=sales_team.gus).person == sales_team.gus
    with pytest.raises(ValidationError):
        log(None, account=account)


def test_what_was_logged_by_mistake_is_taken_out_and_brought_back(sales_team):
    logged = ActivityFactory(person=sales_team.rita)
    with pytest.raises(PermissionDenied):
        archive_activity(logged, by=sales_team.ron, at=NOW)

    archive_activity(logged, by=sales_team.mia, at=NOW)
    archive_activity(logged, by=sales_team.mia, at=NOW)
    assert not Activity.objects.live().exists()

    restore_activity(logged, by=sales_team.rita)
    assert Activity.objects.live().exists()
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [
        "activity.restore",
        "activity.archive",
    ]


def test_an_external_id_is_of_one_activity(sales_team):
    account = AccountFactory()
    log(sales_team.rita, account=account, external_id="E-1", submission=uuid4())

    with pytest.raises(ValidationError) as refusal:
        log(sales_team.ron, account=account, external_id="E-1", submission=uuid4())

    assert refusal.value.message_dict == {
        "external_id": ["Another activity already has this external id."]
    }
    assert Activity.objects.get().person == sales_team.rita
