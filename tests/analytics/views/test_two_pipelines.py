"""What pages show where there are two pipelines: Sales (of the paper), and Renewals."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.review.models import PipelineReview
from pipeline.deals.models import Deal
from pipeline.stages.models import Stage
from tests.analytics.deals.views.test_deals import text_of
from tests.factories.pipeline import PipelineFactory, StageFactory
from tests.pages import address_of, form_of
from tests.paper import at, change

pytestmark = pytest.mark.django_db

MAY, AUGUST = date(2026, 5, 20), date(2026, 8, 1)
Q2 = {"period": "Q2 2026", "as_of": "2026-04-20", "since_day": "2026-04-01"}


@pytest.fixture
def two(paper):
    """Renewals' stages lie between those of Sales (10, 20, 90, 99) by their orders alone."""
    paper.renewals = PipelineFactory(name="Renewals", order=20)
    paper.due = StageFactory(pipeline=paper.renewals, name="Due", order=5, probability=60)
    paper.quoted = StageFactory(pipeline=paper.renewals, name="Quoted", order=15, probability=80)
    paper.renewed = StageFactory(pipeline=paper.renewals, won=True)
    StageFactory(pipeline=paper.renewals, lost=True)
    return paper


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def standing(pk):
    return Deal.objects.select_related("stage").get(pk=pk).stage.name


def test_a_new_deal_begins_in_the_pipeline_of_the_board(two, as_):
    client = as_(two.rita)
    for pipeline, stage in ((two.renewals, two.due), (two.qualify.pipeline, two.qualify)):
        board = client.get(reverse("analytics:board"), {"pipeline": pipeline.pk})
        address = re.search(f'href="({reverse("analytics:deal-new")}[^"]*)"', text(board))[1]

        assert chosen(client.get(address)) == str(stage.pk)
    assert chosen(client.get(reverse("analytics:deal-new") + "?stage=999")) is None


def text(response):
    return response.content.decode()


def chosen(response):
    stages = response.context["form"]["stage"]
    picked = [widget.data["value"] for widget in stages if widget.data["selected"]]
    return str(picked[0]) if picked else None


def test_a_deal_moves_along_its_own_pipeline(two, as_):
    deal = two.make("renewal", two.rita, "100", stage=two.due)
    page = as_(two.rita).get(deal.get_absolute_url())

    shown = page.context["page"]
    assert [step.stage.name for step in shown.path] == ["Due", "Quoted"]
    assert [stage.name for stage in shown.ways] == ["Quoted", "Won", "Lost"]
    assert (shown.following, shown.won) == (two.quoted, two.renewed)
    assert shown.crossing.name == "Sales"
    assert [str(pk) for pk, _ in page.context["move"]["stage"].field.choices][1:] == [
        str(stage.pk) for stage in shown.ways
    ]


def test_to_another_pipeline_a_deal_goes_on_purpose_and_its_history_says_so(two, as_):
    deal = two.make("outgrew", two.rita, "100", stage=two.due)
    rita, move = as_(two.rita), reverse("analytics:deal-move", args=[deal.pk])
    href = f"{move}?pipeline={two.qualify.pipeline_id}"
    assert f'href="{href}"' in rita.get(deal.get_absolute_url()).content.decode()

    page = rita.get(href)
    assert [(tab.label, tab.current) for tab in page.context["pipelines"]] == [
        ("Renewals", False),
        ("Sales", True),
    ]
    data = form_of(page, having="stage")
    # Without saying so, a stage of another pipeline is refused.
    wrong = rita.post(move, data | {"stage": two.propose.pk, "pipeline": ""})
    assert wrong.status_code == 400
    assert list(wrong.context["form"].errors) == ["stage"]
    elsewhere = rita.post(move, data | {"stage": two.quoted.pk})
    assert list(elsewhere.context["form"].errors) == ["stage"]
    assert standing(deal.pk) == "Due"

    rita.post(move, data | {"stage": two.propose.pk})

    assert standing(deal.pk) == "Propose"
    after = rita.get(deal.get_absolute_url())
    assert "Moved to Propose of Sales" in text_of(after)
    path = after.context["page"].path
    assert [(step.stage.name, step.is_over, step.is_current) for step in path] == [
        ("Due", True, False),
        ("Qualify", True, False),
        ("Propose", False, True),
    ]


def test_a_move_after_somebody_took_the_deal_to_another_pipeline_is_a_conflict(two, as_):
    deal = two.make("contested", two.rita, "100")
    sent = {"version": deal.version, "seen": at(1, 3).isoformat(), "stage": two.propose.pk}
    change(deal, at=at(1, 5), stage=two.due)

    response = as_(two.rita).post(reverse("analytics:deal-move", args=[deal.pk]), sent)

    assert response.status_code == 409
    assert standing(deal.pk) == "Due"


def test_a_new_deal_is_offered_the_stages_by_pipeline_the_default_first_chosen(two, as_):
    form = as_(two.rita).get("/deals/new/").context["form"]

    groups = [
        (label, [name for _, name in options]) for label, options in form["stage"].field.choices
    ]
    assert groups == [("Sales", ["Qualify", "Propose"]), ("Renewals", ["Due", "Quoted"])]
    assert form["stage"].value() == two.qualify.pk


def test_the_board_shows_one_pipeline_the_default_unless_named(two, as_):
    two.make("renewal", two.rita, "100.50", stage=two.due)
    two.make("sale", two.rita, "7")
    mia, board = as_(two.mia), reverse("analytics:board")

    def columns(**query):
        response = mia.get(board, {"period": "Q1 2026"} | query)
        return {each["stage"].name: each for each in response.context["columns"]}, response

    sales, _ = columns()
    renewals, response = columns(pipeline=two.renewals.pk)

    assert list(sales) == ["Qualify", "Propose", "Won", "Lost"]
    assert [card.name for card in sales["Qualify"]["cards"]] == ["sale"]
    assert list(renewals) == ["Due", "Quoted", "Won", "Lost"]
    found = ask(
        """SELECT count(*), sum(amount_base), sum(round(amount_base * probability / 100, 2))
             FROM pipeline_deal JOIN pipeline_stage stage ON stage.id = stage_id
            WHERE stage.name = 'Due' AND status = 'open'"""
    )
    due = renewals["Due"]
    assert [(due["deals"], due["amount"], due["weighted"])] == found
    assert (renewals["Won"]["deals"], sales["Won"]["deals"] > 0) == (0, True)
    assert [stage.name for stage in response.context["stages"]] == list(renewals)
    assert "Renewals: open deals of North" in text_of(response)
    assert mia.get(board, {"pipeline": 999_999}).status_code == 400


def test_the_deal_list_is_filtered_by_pipeline(two, as_):
    two.make("renewal", two.rita, "100", stage=two.due)
    two.make("sale", two.rita, "7")
    mia = as_(two.mia)

    whole = mia.get("/deals/", {"status": "open"})
    assert "Pipeline" in [heading.label for heading in whole.context["table"].columns]
    one = mia.get("/deals/", {"pipeline": two.renewals.pk})
    assert [deal.name for deal in one.context["table"].rows] == ["renewal"]
    assert "Pipeline" not in [heading.label for heading in one.context["table"].columns]
    file = mia.get("/deals/export.csv", {"status": "open"}).getvalue().decode()
    assert file.splitlines()[0].endswith(",Pipeline")
    assert {line.split(",")[1]: line.split(",")[-1] for line in file.splitlines()[1:]} == {
        "renewal": "Renewals",
        "sale": "Sales",
    }


@pytest.mark.parametrize(("sort", "backwards"), [("stage", False), ("-stage", True)])
def test_stages_are_in_order_pipeline_by_pipeline(two, as_, monkeypatch, sort, backwards):
    """By their orders alone, Due (5) and Quoted (15) would stand between those of Sales."""
    for stage in (two.quoted, two.propose, two.due, two.qualify):
        two.make(stage.name, two.rita, "1", stage=stage)
    expected = ["Qualify", "Propose", "Due", "Quoted"]

    for cap in (10_000, 2):
        monkeypatch.setattr("analytics.deals.reports.deals.COUNT_CAP", cap)
        rows = as_(two.rita).get("/deals/", {"status": "open", "sort": sort}).context["table"].rows
        names = [deal.name for deal in rows]
        assert names == (expected[::-1] if backwards else expected)[: len(names)]


@pytest.fixture
def crossed(two):
    ready = {"created_at": at(3, 1), "expected_close_on": MAY}
    two.make("stays", two.rita, "100", stage=two.due, **ready)
    two.make("went", two.rita, "200", stage=two.due, **ready)
    two.make("came", two.rita, "400", stage=two.propose, **ready)
    two.make("went and won", two.rita, "800", stage=two.due, **ready)
    two.make("of sales", two.rita, "1600", stage=two.propose, **ready)
    change(two.deals["went"], at=at(4, 6), stage=two.qualify)
    change(two.deals["came"], at=at(4, 6), stage=two.quoted)
    change(two.deals["went and won"], at=at(4, 7), stage=two.won)
    return two


IN_PLAY = """
SELECT coalesce(sum(version.amount_base), 0)
  FROM pipeline_dealversion version JOIN pipeline_stage stage ON stage.id = version.stage_id
 WHERE stage.pipeline_id = %s AND version.status = 'open' AND NOT archived
   AND expected_close_on BETWEEN '2026-04-01' AND '2026-06-30'
   AND valid_from <= %s AND valid_to > %s
"""


def test_a_pipelines_waterfall_tells_what_crossed_over(crossed, as_):
    pipeline = crossed.renewals.pk
    response = as_(crossed.mia).get(reverse("analytics:changes"), {**Q2, "pipeline": pipeline})

    figure = response.context["waterfall"].figure["data"][0]
    assert dict(zip(figure["x"], figure["y"], strict=True)) == {
        "Then": 1100,
        "From another pipeline": 400,
        "To another pipeline": -1000,
        "As of the day": 500,
    }
    for moment, shown in ((at(4, 1, 23), "opening"), (at(4, 20, 23), "closing")):
        ((expected,),) = ask(IN_PLAY, pipeline, moment, moment)
        assert response.context[shown] == expected
    assert "Renewals, pipeline closing in Q2 2026" in text_of(response)
    other = as_(crossed.mia).get(
        reverse("analytics:changes"), {**Q2, "pipeline": crossed.qualify.pipeline_id}
    )
    assert (other.context["opening"], other.context["closing"]) == (2000, 1800)


def test_over_both_pipelines_nothing_crosses_and_the_flow_names_them(crossed, as_):
    response = as_(crossed.mia).get(reverse("analytics:changes"), {**Q2, "by": "stage"})

    assert list(response.context["waterfall"].figure["data"][0]["x"]) == [
        "Then",
        "Won",
        "As of the day",
    ]
    trace = response.context["flow"].figure["data"][0]
    link, labels = trace["link"], trace["node"]["label"]
    found = {(labels[a], labels[b]) for a, b in zip(link["source"], link["target"], strict=True)}
    assert found == {
        ("Sales: Propose", "Sales: Propose"),
        ("Sales: Propose", "Renewals: Quoted"),
        ("Renewals: Due", "Renewals: Due"),
        ("Renewals: Due", "Sales: Qualify"),
        ("Renewals: Due", "Won"),
    }


def test_a_review_of_one_pipeline_is_not_one_of_all(crossed, as_):
    mia, review = as_(crossed.mia), reverse("analytics:review")
    query = {"period": "Q2 2026", "pipeline": crossed.renewals.pk}
    page = mia.get(review, query)
    assert {row[0].text for row in page.context["table"].body} == {"stays", "came"}

    done = page.context["done_href"]
    mia.post(done, form_of(page, having="seen_at"))

    kept = PipelineReview.objects.get()
    assert (kept.pipeline_id, kept.team) == (crossed.renewals.pk, crossed.north)
    again = mia.get(review, query)
    assert "your last review" in again.context["compared_with"]
    assert "your last review" not in mia.get(review, {"period": "Q2 2026"}).context["compared_with"]


def test_a_saved_view_keeps_its_pipeline(crossed, as_):
    mia = as_(crossed.mia)
    query = f"period=Q2+2026&pipeline={crossed.renewals.pk}"
    mia.post(reverse("analytics:view-save", args=["review"]), {"name": "Renewals", "query": query})

    page = mia.get(reverse("analytics:review") + "?" + query)

    (view,) = page.context["views"]
    opened = mia.get(view.get_absolute_url())
    assert {row[0].text for row in opened.context["table"].body} == {"stays", "came"}


def test_the_dashboard_puts_the_stages_of_a_pipeline_together(crossed, as_):
    response = as_(crossed.mia).get("/team/", {"period": "Q2 2026"})

    table = response.context["by_stage"].table
    found = {row[0].text: row[1].text for row in table.body}
    assert list(found) == [
        "Sales: Qualify", "Sales: Propose", "Renewals: Due", "Renewals: Quoted",
    ]  # fmt: skip
    bars = [bar.all for bar in response.context["report"].by_stage]
    expected = ask(
        """SELECT count(*), (sum(amount_base) * 100)::bigint FROM pipeline_deal deal
             JOIN pipeline_stage stage ON stage.id = stage_id
             JOIN pipeline_pipeline pipeline ON pipeline.id = pipeline_id
            WHERE status = 'open' AND deal.archived_at IS NULL
            GROUP BY pipeline."order", stage.id ORDER BY pipeline."order", stage."order\""""
    )
    assert [(bar.deals, bar.cents) for bar in bars] == expected


@pytest.mark.parametrize("page", ["board", "review", "changes", "deals"])
def test_one_pipeline_or_two_ask_as_much(two, as_, page):
    mia, counts = as_(two.mia), []
    two.make("one", two.rita, "1", expected_close_on=MAY)
    mia.get(address_of(page))
    for number in range(3):
        if number:
            extra = PipelineFactory()
            stage = StageFactory(pipeline=extra, name="First", order=number)
            two.make(f"more {number}", two.rita, "1", stage=stage, expected_close_on=MAY)
        with CaptureQueriesContext(connection) as queries:
            assert mia.get(address_of(page)).status_code == 200
        counts.append(len(queries))

    assert len(set(counts)) == 1


def test_where_there_is_one_pipeline_no_page_speaks_of_it(paper, as_):
    deal = paper.make("sale", paper.rita, "7")
    mia = as_(paper.mia)
    pages = [
        deal.get_absolute_url(),
        reverse("analytics:deal-move", args=[deal.pk]),
        reverse("analytics:board"),
        reverse("analytics:review"),
        reverse("analytics:changes"),
        "/deals/",
        "/deals/new/",
    ]
    for address in pages:
        shown = text_of(mia.get(address))
        assert "All pipelines" not in shown, address
        assert "Change pipeline" not in shown, address
        assert "Sales:" not in shown, address


def test_an_archived_pipeline_is_offered_no_more_and_its_deals_stay_in_view(two, as_):
    kept = two.win("kept", two.rita, "10", at(2, 1), stage=two.due)
    change(kept, at=at(2, 2), stage=two.renewed)
    two.renewals.archived_at = timezone.now()
    two.renewals.save()
    mia = as_(two.mia)

    assert Stage.objects.live().filter(pipeline=two.renewals).count() == 0
    assert "Renewals" not in text_of(mia.get("/deals/new/"))
    assert mia.get(reverse("analytics:board")).context["form"].fields["pipeline"].choices == [
        (two.qualify.pipeline_id, "Sales")
    ]
    rows = mia.get("/deals/", {"pipeline": two.renewals.pk}).context["table"].rows
    assert [(row.name, row.amount_base) for row in rows] == [("kept", Decimal(10))]


def test_the_flow_through_stages_is_that_of_each_pipeline_or_of_the_chosen_one(crossed, as_):
    address, query = reverse("analytics:metrics"), {**Q2, "part": "stages"}
    mia = as_(crossed.mia)

    both, one = (
        mia.get(address, query | chosen).context["found"].by_pipeline
        for chosen in ({}, {"pipeline": crossed.renewals.pk})
    )

    named = [(name, [flow.step.name for flow in flows]) for name, flows in both]
    assert named == [("Sales", ["Qualify", "Propose"]), ("Renewals", ["Due", "Quoted"])]
    assert [(name, len(flows)) for name, flows in one] == [("Renewals", 2)]
