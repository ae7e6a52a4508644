from datetime import UTC, date, datetime
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from org.models.audit import AuditEntry
from process.models import ActivityTarget
from process.targets.services import set_activity_target

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)


def put(by, **fields):
    given = {
        "role": "rep",
        "kind": "call",
        "count": 20,
        "every": "week",
        "starts_on": date(2026, 3, 2),
        "reason": "The plan",
        "at": NOW,
    }
    return set_activity_target(by=by, **given | fields)


def test_each_change_adds_a_version_and_the_same_again_none(sales_team):
    first = put(sales_team.ada)
    assert put(sales_team.ada, reason="Once more") == first

    put(sales_team.ada, count=None, reason="No longer")

    assert list(ActivityTarget.objects.values_list("count", flat=True)) == [None, 20]
    entry = AuditEntry.objects.first()
    assert entry.changes == {"target": ["20 a week", "no target"]}
    assert AuditEntry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_clicks_at_once_set_one_version(sales_team):
    start = Barrier(4)

    def click():
        start.wait()
        put(sales_team.ada)
        connection.close()

    threads = [Thread(target=click) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ActivityTarget.objects.count() == AuditEntry.objects.count() == 1


def test_admins_alone_set_targets(sales_team):
    for person in (sales_team.dana, sales_team.eve, sales_team.rita):
        with pytest.raises(PermissionDenied):
            put(person)
    assert not ActivityTarget.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"role": "recruiter"}, "role"),
        ({"kind": "note"}, "kind"),
        ({"count": 0}, "count"),
        ({"every": "day"}, "every"),
        ({"reason": "  "}, "reason"),
        ({"starts_on": date(1899, 1, 1)}, "starts_on"),
    ],
)
def test_what_is_wrong_is_named(sales_team, fields, field):
    with pytest.raises(ValidationError) as refusal:
        put(sales_team.ada, **fields)

    assert list(refusal.value.message_dict) == [field]
    assert not ActivityTarget.objects.exists()


def test_versions_are_never_changed(sales_team):
    put(sales_team.ada)

    for change in (
        ActivityTarget.objects.all().delete,
        lambda: ActivityTarget.objects.update(count=1),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()
