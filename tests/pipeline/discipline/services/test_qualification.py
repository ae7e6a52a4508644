from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from pipeline.discipline.models import ElementScore, Framework, FrameworkElement, GapRule
from pipeline.discipline.reports import qualification
from pipeline.discipline.services import qualification as services
from tests.factories.pipeline import DealFactory, StageFactory
from tests.pipeline.lifecycle.services.test_deals import messages
from tests.worlds import build_sales_team

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def meddpicc(db):
    return Framework.objects.get(name="MEDDPICC")


def of(framework, name):
    return framework.elements.get(name=name)


def score(deal, framework, by, **given):
    scores = {
        of(framework, name.replace("_", " ").capitalize()).pk: value
        for name, value in given.items()
    }
    return services.score_deal(deal, framework, by=by, scores=scores)


def test_two_frameworks_come_with_the_product_one_of_them_in_use():
    found = {f.name: (f.archived_at is None, f.elements.count()) for f in Framework.objects.all()}
    assert found == {"MEDDPICC": (True, 8), "BANT": (False, 4)}


def test_scores_are_added_with_who_and_what_and_the_newest_counts(sales_team, meddpicc):
    deal = DealFactory(owner=sales_team.rita)

    score(deal, meddpicc, sales_team.rita, metrics=(1, "They count hours"), champion=(2, "Ann"))
    score(deal, meddpicc, sales_team.mia, metrics=(3, "Signed off by finance"))

    newest = services.newest_scores(deal)
    assert newest[of(meddpicc, "Metrics").pk] == (3, "Signed off by finance")
    assert newest[of(meddpicc, "Champion").pk] == (2, "Ann")
    rows = ElementScore.objects.filter(element__name="Metrics").order_by("pk")
    assert [(row.score, row.scored_by) for row in rows] == [
        (1, sales_team.rita), (3, sales_team.mia),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(score) FROM pipeline_elementscore s WHERE deal_id = %s AND NOT EXISTS"
            " (SELECT 1 FROM pipeline_elementscore later WHERE later.deal_id = s.deal_id"
            "   AND later.element_id = s.element_id AND later.id > s.id)",
            [deal.pk],
        )
        assert qualification(sales_team.rita, deal).frameworks[0].points == cursor.fetchone()[0]


def test_what_is_not_evidenced_or_out_of_range_is_refused_and_nothing_added(sales_team, meddpicc):
    deal = DealFactory(owner=sales_team.rita)
    metrics = of(meddpicc, "Metrics").pk
    bant = of(Framework.objects.get(name="BANT"), "Budget").pk

    for scores, field in (
        ({metrics: (2, " ")}, f"evidence_{metrics}"),
        ({metrics: (4, "Much")}, f"score_{metrics}"),
        ({bant: (1, "Some")}, f"score_{bant}"),
        ({metrics: (1, "x" * 5_001)}, f"evidence_{metrics}"),
    ):
        with pytest.raises(ValidationError) as refusal:
            services.score_deal(deal, meddpicc, by=sales_team.rita, scores=scores)
        assert list(messages(refusal)) == [field]
    assert not ElementScore.objects.exists()


def test_scores_are_never_changed(sales_team, meddpicc):
    deal = DealFactory(owner=sales_team.rita)
    score(deal, meddpicc, sales_team.rita, metrics=(1, "Hours"))

    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        ElementScore.objects.update(score=3)


def test_scores_are_for_those_who_may_edit_the_deal(sales_team, meddpicc):
    deal = DealFactory(owner=sales_team.rita)

    for stranger in (sales_team.ron, sales_team.eve):
        with pytest.raises(PermissionDenied):
            score(deal, meddpicc, stranger, metrics=(1, "Hours"))


@pytest.mark.django_db(transaction=True)
def test_a_double_click_scores_once():
    team = build_sales_team(date(2026, 11, 1))
    deal = DealFactory(owner=team.rita)
    framework = Framework.objects.get(name="MEDDPICC")

    def click(_):
        try:
            score(deal, framework, team.rita, metrics=(1, "Hours"))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(click, range(4)))

    assert ElementScore.objects.count() == 1


def test_an_element_is_reworded_and_old_scores_keep_their_question(sales_team, meddpicc):
    deal = DealFactory(owner=sales_team.rita)
    score(deal, meddpicc, sales_team.rita, metrics=(1, "Hours"))
    metrics = of(meddpicc, "Metrics")
    before = f"Metrics: {metrics.question}"

    services.save_element(
        meddpicc, metrics, by=sales_team.ada, at=NOW, minimums={},
        fields={"name": "Numbers", "question": "Which numbers?", "order": 10},
    )  # fmt: skip
    services.set_use(metrics, by=sales_team.ada, at=NOW)

    found = qualification(sales_team.rita, deal)
    assert [row.asked for row in found.history] == [before]
    assert "Numbers" not in [known.element.name for known in found.frameworks[0].known]


def test_gaps_come_first_by_the_stage_the_deal_stands_in(sales_team, meddpicc):
    qualify, propose = StageFactory(), StageFactory(propose=True)
    champion = of(meddpicc, "Champion")
    fields = {"name": champion.name, "question": champion.question, "order": champion.order}
    services.save_element(
        meddpicc, champion, by=sales_team.ada, at=NOW, fields=fields,
        minimums={qualify.pk: 0, propose.pk: 2},
    )  # fmt: skip
    early = DealFactory(owner=sales_team.rita, stage=qualify)
    late = DealFactory(owner=sales_team.rita, stage=propose)
    won = DealFactory(owner=sales_team.rita, stage=StageFactory(won=True))
    score(late, meddpicc, sales_team.rita, champion=(1, "Ann"))

    gaps = [qualification(sales_team.rita, deal).frameworks[0].gaps for deal in (early, late, won)]
    assert gaps == [0, 1, 0]
    first = qualification(sales_team.rita, late).frameworks[0].known[0]
    assert (first.element, first.score, first.least) == (champion, 1, 2)

    services.save_element(
        meddpicc, champion, by=sales_team.ada, at=NOW, fields=fields, minimums={propose.pk: 1}
    )
    assert qualification(sales_team.rita, late).frameworks[0].gaps == 0
    assert [rule.minimum for rule in GapRule.objects.order_by("pk")] == [2, 1]


def test_admins_define_frameworks_and_names_are_their_own(sales_team, meddpicc):
    fields = {"name": "Fit", "question": "Do they fit?", "order": 10}
    with pytest.raises(PermissionDenied):
        services.save_framework(None, by=sales_team.mia, name="Own")
    with pytest.raises(PermissionDenied):
        services.save_element(meddpicc, None, by=sales_team.mia, at=NOW, fields=fields, minimums={})
    own = services.save_framework(None, by=sales_team.ada, name="Own")
    services.save_element(own, None, by=sales_team.ada, at=NOW, fields=fields, minimums={})
    for write, field in (
        (lambda: services.save_framework(None, by=sales_team.ada, name="own"), "name"),
        (
            lambda: services.save_element(
                own, None, by=sales_team.ada, at=NOW, minimums={}, fields=fields | {"name": "FIT"}
            ),
            "name",
        ),
    ):
        with pytest.raises(ValidationError) as refusal:
            write()
        assert list(messages(refusal)) == [field]
    assert FrameworkElement.objects.filter(framework=own).count() == 1
