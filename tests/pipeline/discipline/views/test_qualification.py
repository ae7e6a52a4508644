import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.discipline.models import Framework, FrameworkElement
from pipeline.discipline.services.qualification import newest_scores, score_deal
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import DealFactory
from tests.pages import form_of

pytestmark = pytest.mark.django_db


def test_a_deal_is_scored_and_shows_its_total_gaps_and_history(as_, sales_team, stages):
    framework = Framework.objects.get(name="MEDDPICC")
    champion = framework.elements.get(name="Champion")
    champion.gaps.create(stage=stages.qualify, minimum=2)
    deal = DealFactory(owner=sales_team.rita, stage=stages.qualify)
    rita = as_(sales_team.rita)
    address = reverse("pipeline:deal-qualify", args=[deal.pk, framework.pk])
    data = form_of(rita.get(address), having=f"score_{champion.pk}")

    bare = rita.post(address, data | {f"score_{champion.pk}": "1"})
    assert (bare.status_code, list(bare.context["form"].errors)) == (
        400, [f"evidence_{champion.pk}"],
    )  # fmt: skip
    answers = {f"score_{champion.pk}": "1", f"evidence_{champion.pk}": "Ann speaks for us"}
    rita.post(address, data | answers)

    page = rita.get(
        reverse("pipeline:deal-qualification", args=[deal.pk]), headers={"HX-Request": "true"}
    )
    text = text_of(page)
    assert "1 of 24" in text
    assert "1 below what Qualify asks for" in text
    assert text.index("Champion") < text.index("Metrics")
    assert "Ann speaks for us" in text
    assert "<html" not in page.content.decode()


def test_an_admin_defines_a_framework_with_its_elements_and_least_scores(as_, sales_team, stages):
    ada = as_(sales_team.ada)
    ada.post("/setup/qualification/new/", {"name": "Fit"})
    fit = Framework.objects.get(name="Fit")
    new = reverse("pipeline:element-new", args=[fit.pk])
    data = form_of(ada.get(new), having="question")
    least = f"least_{stages.propose.pk}"
    ada.post(new, data | {"name": "Size", "question": "How many people?", least: "2"})
    size = FrameworkElement.objects.get(framework=fit)
    assert [(gap.stage, gap.minimum) for gap in size.gaps.all()] == [(stages.propose, 2)]

    address = reverse("pipeline:element", args=[size.pk])
    data = form_of(ada.get(address), having="question")
    assert data[least] == "2"
    ada.post(address, data | {"question": "How many seats?", least: "0"})
    ada.post(reverse("pipeline:framework-use", args=[fit.pk]))
    ada.post(reverse("pipeline:element-use", args=[size.pk]))

    fit.refresh_from_db()
    size.refresh_from_db()
    assert (fit.archived_at is None, size.archived_at is None) == (False, False)
    assert not size.gaps.live().exists()
    assert "How many seats?" in text_of(ada.get("/setup/qualification/"))


def test_the_card_asks_as_much_for_one_score_as_for_three(as_, sales_team, stages):
    deal = DealFactory(owner=sales_team.rita)
    framework = Framework.objects.get(name="MEDDPICC")
    rita = as_(sales_team.rita)
    address = reverse("pipeline:deal-qualification", args=[deal.pk])
    rita.get(address)
    counted = []
    for number in (1, 3):
        elements = framework.elements.all()[:number]
        scores = {element.pk: (number, f"Mail {number}") for element in elements}
        score_deal(deal, framework, by=sales_team.rita, scores=scores)
        with CaptureQueriesContext(connection) as queries:
            rita.get(address)
        counted.append(len(queries))

    assert counted[0] == counted[1]
    assert len(newest_scores(deal)) == 3
