import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from analytics.deals.reports import deals as reports
from org import access
from pipeline import history
from pipeline.deals.models import Deal
from pipeline.deals.reports.selection import DealSelection
from tests.factories.org import ReportingLineFactory
from tests.factories.pipeline import AccountFactory, DealFactory

pytestmark = pytest.mark.django_db

LIST = "/deals/"


def names(response):
    return [row.name for row in response.context["found"].page.rows]


def lines(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_everybody_lists_the_deals_they_may_see_newest_first(as_, sales_team, stages):
    for number, owner in enumerate((sales_team.rita, sales_team.rob, sales_team.mia)):
        DealFactory(
            name=f"Of {owner.full_name}",
            owner=owner,
            created_at=datetime(2026, 1, 5 + number, tzinfo=UTC),
        )

    assert names(as_(sales_team.rita).get(LIST)) == ["Of Rita Rep"]
    assert names(as_(sales_team.mia).get(LIST)) == ["Of Mia Manager", "Of Rita Rep"]
    assert len(names(as_(sales_team.eve).get(LIST))) == 3


def test_the_totals_are_those_of_the_whole_filter_not_of_the_page(as_, sales_team, monkeypatch):
    monkeypatch.setattr(reports, "PAGE_SIZE", 2)
    for number in range(5):
        DealFactory(owner=sales_team.rita, amount=100 if number else None)
    DealFactory(owner=sales_team.rob, amount=7)

    found = as_(sales_team.rita).get(LIST).context["found"]

    assert len(found.page.rows) == 2
    assert (found.totals.count, found.totals.amount, found.totals.unpriced) == (
        5,
        Decimal(400),
        1,
    )


def test_beyond_the_cap_the_list_says_more_and_sums_only_when_asked(as_, sales_team, monkeypatch):
    monkeypatch.setattr(reports, "COUNT_CAP", 3)
    monkeypatch.setattr(reports.deal_totals, "__kwdefaults__", {"cap": 3})
    for _ in range(5):
        DealFactory(owner=sales_team.rita, amount=100)
    rita = as_(sales_team.rita)

    capped, whole = rita.get(LIST), rita.get(LIST, {"exact": "1"})

    assert capped.context["found"].totals == reports.Totals(3, None, None, capped=True)
    assert "3+" in capped.content.decode()
    assert whole.context["found"].totals == reports.Totals(5, Decimal(500), 0)


def test_the_filter_lives_in_the_address(as_, sales_team, stages):
    target = DealFactory(
        name="Target",
        owner=sales_team.rita,
        stage=stages.propose,
        account=AccountFactory(name="Acme Optics"),
        expected_close_on=access.today(),
        amount=500,
    )
    DealFactory(name="Other", owner=sales_team.ron, next_step="Call", amount=None)
    mia = as_(sales_team.mia)

    for query in (
        {"text": "acme"},
        {"owner": sales_team.rita.pk},
        {"stage": stages.propose.pk},
        {"category": "best_case"},
        {"account": target.account_id},
        {"closes_in": "this-month"},
        {"closes_in": "this-quarter"},
        {"closes_in": "this-year"},
        {"close_from": access.today().isoformat()},
        {"amount_min": "500", "amount_max": "500"},
        {"no_next_step": "on"},
    ):
        assert names(mia.get(LIST, query)) == ["Target"], query
    assert names(mia.get(LIST, {"unpriced": "on"})) == ["Other"]
    assert names(mia.get(LIST, {"closes_in": "next-quarter"})) == []
    assert sorted(names(mia.get(LIST, {"team": sales_team.north.pk}))) == ["Other", "Target"]


@pytest.mark.parametrize(
    "query",
    [
        {"owner": "999999"},
        {"owner": "x"},
        {"team": "999999"},
        {"stage": "999999"},
        {"status": "maybe"},
        {"close_from": "1.2.2026"},
        {"amount_min": "1e5"},
        {"amount_min": "NaN"},
        {"as_of": "yesterday"},
        {"closed_from": "2026-02-30"},
        {"sort": "owner__password"},
        {"sort": "-account__deals__amount"},
        {"page": "0"},
        {"account": "99999999999999999999"},
        {"text": "\x00"},
    ],
)
def test_a_bad_filter_is_explained_and_lists_nothing(as_, sales_team, query):
    DealFactory(owner=sales_team.rita)

    response = as_(sales_team.mia).get(LIST, query)

    assert response.status_code == 400
    assert "found" not in response.context
    assert response.context["form"].errors.keys() == query.keys()
    shown = unescape(response.content.decode())
    for texts in response.context["form"].errors.values():
        assert all(text in shown for text in texts)


def test_a_hidden_person_as_filter_is_answered_like_one_who_does_not_exist(as_, sales_team):
    mia = as_(sales_team.mia)
    bodies = [
        mia.get(LIST, {name: pk}).context["form"].errors[name].as_text()
        for name in ("owner", "credited_to", "below")
        for pk in (sales_team.rob.pk, 999_999)
    ]

    assert len({body.replace(str(sales_team.rob.pk), "999999") for body in bodies}) == 1


def test_a_past_day_shows_the_deals_as_they_stood(as_, sales_team, stages):
    deal = DealFactory(name="Moved", owner=sales_team.rita, amount=100)
    with history.writing(by=None, source="page", at=datetime(2026, 3, 1, tzinfo=UTC)):
        Deal.objects.filter(pk=deal.pk).update(amount=900, stage=stages.won, name="Moved on")
    rita = as_(sales_team.rita)

    then, now = rita.get(LIST, {"as_of": "2026-02-28"}), rita.get(LIST)

    assert names(then) == ["Moved"]
    assert then.context["found"].totals.amount == Decimal(100)
    assert "As they stood at the end of 28 Feb 2026" in then.content.decode()
    assert reverse("analytics:deal", args=[deal.pk]) in then.content.decode()
    assert now.context["found"].totals.amount == Decimal(900)
    assert names(rita.get(LIST, {"as_of": "2026-01-01"})) == []


def test_a_figure_opens_the_rows_that_it_is_made_of(as_, sales_team, stages):
    june = {"closed_from": date(2026, 6, 1), "closed_to": date(2026, 7, 1)}
    for day, amount in ((5, 100), (30, 250)):
        DealFactory(
            owner=sales_team.rita,
            stage=stages.won,
            amount=amount,
            created_at=datetime(2026, 6, day, 12, tzinfo=UTC),
        )
    DealFactory(
        owner=sales_team.rita,
        stage=stages.won,
        amount=9,
        created_at=datetime(2026, 7, 1, 12, tzinfo=UTC),
    )
    selection = DealSelection(status="won", team=sales_team.north.pk, **june)
    figure = reports.deal_totals(
        selection.versions(moment=timezone.now(), day=access.today()), cap=None
    )

    response = as_(sales_team.mia).get(selection.url())

    assert response.context["found"].totals == figure == reports.Totals(2, Decimal(350), 0)
    assert response.context["found"].elsewhere is None
    assert "Closed from 1 Jun 2026 to 30 Jun 2026" in response.content.decode()


def test_what_a_manager_may_no_longer_open_stands_as_one_sum(as_, sales_team, stages):
    day = access.today() - timedelta(days=30)
    for owner, amount in ((sales_team.rita, 100), (sales_team.fay, 70), (sales_team.fay, None)):
        DealFactory(
            owner=owner,
            stage=stages.won,
            amount=amount,
            created_at=datetime.combine(day, datetime.min.time(), tzinfo=UTC),
        )
    selection = DealSelection(
        status="won",
        team=sales_team.north.pk,
        closed_from=day,
        closed_to=day + timedelta(days=1),
    )

    found = as_(sales_team.mia).get(selection.url()).context["found"]

    assert found.totals == reports.Totals(1, Decimal(100), 0)
    assert found.elsewhere == reports.Totals(2, Decimal(70), 1)
    whole = as_(sales_team.dana).get(selection.url()).context["found"]
    assert whole.totals == reports.Totals(3, Decimal(170), 1)
    assert whole.elsewhere is None
    narrowed = as_(sales_team.mia).get(selection.but(text="Deal").url()).context["found"]
    assert narrowed.elsewhere is None


def test_the_download_holds_exactly_the_filtered_rows(as_, sales_team, stages, monkeypatch):
    monkeypatch.setattr(reports, "PAGE_SIZE", 2)
    for number in range(5):
        DealFactory(
            name=f"=SUM(A{number})",
            owner=sales_team.rita,
            stage=stages.propose,
            amount=Decimal("10.50"),
        )
    DealFactory(owner=sales_team.rita, stage=stages.qualify)
    DealFactory(owner=sales_team.rob, stage=stages.propose)
    query = {"stage": stages.propose.pk, "sort": "name"}

    rita = as_(sales_team.rita)
    rows = lines(rita.get("/deals/export.csv", query))
    past = lines(rita.get("/deals/export.csv", query | {"as_of": "2026-02-01"}))

    assert [row["Deal"] for row in rows] == [f"'=SUM(A{number})" for number in range(5)]
    assert {row["Amount"] for row in rows} == {"10.50"}
    assert [row["Id"] for row in past] == [row["Id"] for row in rows]
    assert "export.csv?stage=" in rita.get(LIST, query).content.decode()


def test_sorting_puts_the_undefined_last_in_the_usual_direction(as_, sales_team):
    for name, amount, close in (("a", 5, 3), ("b", None, None), ("c", 9, 1)):
        DealFactory(
            name=name,
            owner=sales_team.rita,
            amount=amount,
            expected_close_on=close and date(2026, 6, close),
        )
    rita = as_(sales_team.rita)

    def order(sort):
        return "".join(names(rita.get(LIST, {"sort": sort})))

    assert order("-amount") == "cab"
    assert order("amount") == "bac"
    assert order("close") == "cab"
    assert order("-close") == "bac"
    assert order("name") == "abc"
    assert order("-name") == "cba"


def test_an_empty_list_says_what_to_do_next(as_, sales_team, stages):
    rita = as_(sales_team.rita)

    assert "Add the first one" in rita.get(LIST).content.decode()
    assert "No deals match." in rita.get(LIST, {"text": "nothing"}).content.decode()
    assert "New deal" not in as_(sales_team.eve).get(LIST).content.decode()


@pytest.mark.parametrize(
    "query", [{}, {"as_of": "2026-02-01"}, {"text": "deal", "status": "open", "closes_in": ""}]
)
def test_the_list_asks_as_much_for_one_row_as_for_three(as_, sales_team, stages, query):
    counted = []
    mia = as_(sales_team.mia)
    mia.get(LIST)  # The first request of a session writes it.
    for owners in ((sales_team.rita,), (sales_team.ron, sales_team.mia)):
        for owner in owners:
            DealFactory(owner=owner, account=AccountFactory())
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert mia.get(LIST, query).status_code == 200
        counted.append(len(queries))

    assert counted[0] == counted[1]
    assert counted[0] <= 12, "\n".join(query["sql"][:150] for query in queries.captured_queries)


def test_a_line_of_a_report_does_not_multiply_deals(as_, sales_team):
    ReportingLineFactory(person=sales_team.stan, manager=sales_team.mia, valid_from=access.today())
    DealFactory(owner=sales_team.stan)

    assert as_(sales_team.mia).get(LIST).context["found"].totals.count == 1


def test_totals_of_open_and_closed_deals_are_told_apart(as_, sales_team, stages):
    owner = {"owner": sales_team.rita}
    DealFactory(**owner, amount=Decimal(100))
    DealFactory(**owner, amount=Decimal(70), stage=stages.won)
    DealFactory(**owner, amount=Decimal(7), stage=stages.won)
    rita = as_(sales_team.rita)

    both, won = rita.get("/deals/"), rita.get("/deals/", {"status": "won"})

    parts = both.context["found"].totals.by_status
    assert [(part.label, part.count, part.amount) for part in parts] == [
        ("Open", 1, Decimal(100)),
        ("Won", 2, Decimal(77)),
    ]
    assert won.context["found"].totals.by_status == ()
    assert won.context["found"].totals.amount == Decimal(77)
