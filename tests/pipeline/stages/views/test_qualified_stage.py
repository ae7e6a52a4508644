"""Which stage counts as qualified: set for each pipeline, shown beside the win rate it makes."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from org.enums import Role
from org.models.audit import AuditEntry
from pipeline.stages.models import Stage
from pipeline.stages.reports import qualified_from
from pipeline.stages.services import create_pipeline, set_qualified_stage
from tests.analytics.metric_links import rows_behind
from tests.factories.org import PersonFactory
from tests.factories.pipeline import StageFactory

pytestmark = pytest.mark.django_db
URL = reverse("analytics:metrics")
Q1 = {"period": "Q1 2026"}
# Deals closed in the period that ever stood, open, in a stage of this place or later.
TOLD = """
SELECT count(*) FILTER (WHERE d.status = 'won'), count(*)
  FROM pipeline_deal d
 WHERE d.closed_on >= '2026-01-01' AND d.closed_on < '2026-04-01'
   AND d.archived_at IS NULL AND (d.status = 'won' OR d.status = 'lost' AND EXISTS (
        SELECT 1 FROM pipeline_dealversion v JOIN pipeline_stage s ON s.id = v.stage_id
         WHERE v.deal_id = d.id AND v.status = 'open' AND s."order" >= %s))
"""


@pytest.fixture
def admin(db):
    return PersonFactory(full_name="Ada Admin", roles=(Role.ADMIN,))


def told(order: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(TOLD, [order])
        return cursor.fetchone()


def test_unset_it_is_the_second_open_stage_and_the_page_says_so(market, eve, as_):
    client = as_(eve)

    response = client.get(URL, Q1)

    found = response.context["found"].qualified
    won, closed = told(market.propose.order)
    assert (found.outcomes.won, found.outcomes.closed) == (won, closed)
    assert closed < response.context["found"].whole.outcomes.closed
    assert "came as far as Propose (by default)" in response.content.decode()
    assert rows_behind(client, found.deals.url()) == closed


def test_the_stage_that_is_set_counts(market, eve, admin, as_):
    set_qualified_stage(market.qualify.pipeline, stage=market.qualify, by=admin)

    response = as_(eve).get(URL, Q1)

    found = response.context["found"].qualified
    assert (found.outcomes.won, found.outcomes.closed) == told(market.qualify.order)
    assert "came as far as Qualify, or were won" in response.content.decode()


def test_the_page_may_count_from_the_qualified_stage_or_from_another(market, eve, as_):
    client = as_(eve)

    whole = client.get(URL, {**Q1, "reached": "0"}).context["found"]
    other = client.get(URL, {**Q1, "reached": market.qualify.pk}).context["found"]

    assert whole.whole.outcomes.closed == told(market.propose.order)[1]
    assert other.whole.outcomes.closed == told(market.qualify.order)[1]
    assert whole.qualified is other.qualified is None
    assert rows_behind(client, whole.whole.href()) == whole.whole.outcomes.closed


def test_each_pipeline_has_its_own(market, admin):
    renewal = create_pipeline(by=admin, name="Renewal", order=20)
    for place, name in enumerate(("Due", "Offered", "Agreed"), start=1):
        StageFactory(pipeline=renewal, name=name, order=place)

    set_qualified_stage(renewal, stage=Stage.objects.get(name="Agreed"), by=admin)

    assert [(each.name, each.is_set) for each in qualified_from()] == [
        ("Propose", False), ("Agreed", True)
    ]  # fmt: skip
    assert [each.name for each in qualified_from(renewal.pk)] == ["Agreed"]


def test_an_admin_sets_it_and_takes_it_back(market, admin, as_):
    client, pipeline = as_(admin), market.qualify.pipeline
    address = reverse("pipeline:pipeline-qualified", args=[pipeline.pk])

    page = client.post(address, {"stage": market.qualify.pk}, follow=True)
    client.post(address, {"stage": market.qualify.pk})

    assert "Deals count as qualified from Qualify." in page.content.decode()
    assert AuditEntry.objects.filter(action="pipeline.set_qualified").count() == 1
    client.post(address, {"stage": ""})
    assert not Stage.objects.filter(is_qualified=True).exists()


def test_a_stage_that_cannot_be_it_is_refused(market, admin, as_):
    pipeline = market.qualify.pipeline

    page = as_(admin).post(
        reverse("pipeline:pipeline-qualified", args=[pipeline.pk]), {"stage": market.won.pk}
    )

    assert page.status_code == 400
    assert page.context["qualified"].errors["stage"]
    with pytest.raises(ValidationError):
        set_qualified_stage(pipeline, stage=market.won, by=admin)
    with pytest.raises(PermissionDenied):
        set_qualified_stage(pipeline, stage=market.qualify, by=market.mia)
    with pytest.raises(IntegrityError), transaction.atomic():
        Stage.objects.filter(pk=market.won.pk).update(is_qualified=True)
