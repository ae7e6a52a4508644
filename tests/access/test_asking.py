import pytest
from django.db import connection, transaction

from org.models.teams import Team
from pipeline.deals.models import Deal
from tests.access.asking import written
from tests.factories.org import TeamFactory
from tests.factories.pipeline import DealFactory

pytestmark = pytest.mark.django_db


def test_reading_and_locking_is_no_write() -> None:
    DealFactory()
    before = written()

    list(Deal.objects.select_for_update())

    assert written() - before == {}


def test_a_write_is_counted_whoever_does_it() -> None:
    deal = DealFactory()
    before = written()

    with connection.cursor() as cursor:
        cursor.execute("UPDATE pipeline_deal SET amount = 7 WHERE id = %s", [deal.pk])

    # The trigger that keeps the history has written a version.
    assert {"pipeline_deal", "pipeline_dealversion"} <= set(written() - before)


def test_a_write_is_counted_though_it_is_taken_back() -> None:
    before = written()

    with transaction.atomic():
        TeamFactory()
        transaction.set_rollback(True)

    assert (written() - before)["org_team"] == 1
    assert not Team.objects.exists()
