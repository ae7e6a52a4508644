import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from analytics.deals.reports.board import CARDS
from pipeline.deals.models import Deal
from tests.paper import at, change

pytestmark = pytest.mark.django_db
Q1 = {"period": "Q1 2026"}


def columns(response):
    return {column["stage"].name: column for column in response.context["columns"]}


def test_totals_are_of_all_deals_and_not_of_the_cards(paper, as_):
    for n in range(CARDS + 3):
        paper.make(f"deal {n}", paper.rita, "100.50", expected_close_on=date(2026, 3, 1))
    paper.make("unpriced", paper.rita, None)
    paper.make("of Max's team", paper.rae, "9999")

    response = as_(paper.mia).get(reverse("analytics:board"), Q1)

    qualify = columns(response)["Qualify"]
    assert (qualify["deals"], qualify["amount"]) == (CARDS + 4, Decimal("1507.50"))
    # 20.10 each: rounded deal by deal, then added up.
    assert qualify["weighted"] == Decimal("301.50")
    assert (len(qualify["cards"]), qualify["more"], qualify["unpriced"]) == (CARDS, 4, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(amount_base) FROM pipeline_deal"
            " WHERE status = 'won' AND archived_at IS NULL AND credited_to_id IN"
            " (SELECT person_id FROM org_teammembership WHERE team_id = %s"
            "   AND valid_from <= closed_on AND coalesce(valid_to, 'infinity') > closed_on)"
            " AND closed_on >= '2026-01-01' AND closed_on < '2026-04-01'",
            [paper.north.pk],
        )
        won = columns(response)["Won"]
        assert (won["deals"], won["amount"]) == cursor.fetchone()
    assert "of Max" not in response.content.decode()


def test_only_what_closes_in_the_period(paper, as_):
    paper.make("soon", paper.rita, "1", expected_close_on=date(2026, 3, 1))
    paper.make("later", paper.rita, "2", expected_close_on=date(2026, 8, 1))

    response = as_(paper.mia).get(reverse("analytics:board"), {**Q1, "closing": "on"})

    qualify = columns(response)["Qualify"]
    assert [card.name for card in qualify["cards"]] == ["soon"]
    assert qualify["amount"] == 1


def test_what_is_late_on_a_card_is_said_in_words(paper, as_):
    past, ahead = date(2025, 12, 1), date(2036, 1, 1)
    paper.make("closes late", paper.rita, "1", expected_close_on=past)
    paper.make("steps late", paper.rita, "2", next_step="Call the buyer", next_step_on=past)
    paper.make("nameless step", paper.rita, "3", next_step_on=past)
    paper.make("on time", paper.rita, "4", expected_close_on=ahead, next_step="Wait")

    page = as_(paper.mia).get(reverse("analytics:board")).content.decode()

    cards = {
        re.search(r'board__name"[^>]*>([^<]+)<', card)[1]: re.sub(r"\s+", " ", card)
        for card in page.split("<li class=")
        if "board__name" in card
    }
    assert "1 Dec 2025, <em>past</em>" in cards["closes late"]
    assert "<em>Overdue</em>: Call the buyer" in cards["steps late"]
    assert "<em>Overdue</em>: the next step" in cards["nameless step"]
    assert "<em>" not in cards["on time"]
    assert "board__card--late" not in cards["on time"]


def test_who_calls_a_move_off_is_led_back_to_the_board(paper, as_):
    deal = paper.make("asks", paper.rita, "1")
    client, move = as_(paper.mia), reverse("analytics:deal-move", args=[deal.pk])
    board = reverse("analytics:board") + "?closing=on"
    sent = {"version": deal.version, "seen": at(1, 3).isoformat(), "stage": paper.lost.pk}

    asked = client.post(move, {**sent, "next": board})
    clash = client.post(move, {**sent, "stage": paper.propose.pk, "version": 99, "next": board})
    elsewhere = client.post(move, {**sent, "next": "https://elsewhere.example/"})

    for response, status in ((asked, 400), (clash, 409)):
        assert response.status_code == status
        assert f'href="{board}">' in response.content.decode()
    assert elsewhere.context["back"] == deal.get_absolute_url()


def test_a_card_is_moved_and_leads_back_to_the_board(paper, as_):
    deal = paper.make("moves", paper.rita, "1")
    client, board = as_(paper.mia), reverse("analytics:board") + "?period=Q1+2026"
    sent = {
        "version": deal.version,
        "seen": at(1, 3).isoformat(),
        "stage": paper.propose.pk,
        "next": board,
    }

    response = client.post(reverse("analytics:deal-move", args=[deal.pk]), sent)

    assert response.headers["Location"] == board
    assert Deal.objects.get(pk=deal.pk).stage == paper.propose


def test_a_move_leads_to_no_other_site(paper, as_):
    deal = paper.make("moves", paper.rita, "1")
    sent = {
        "version": deal.version,
        "seen": at(1, 3).isoformat(),
        "stage": paper.propose.pk,
        "next": "https://elsewhere.example/",
    }

    response = as_(paper.mia).post(reverse("analytics:deal-move", args=[deal.pk]), sent)

    assert response.headers["Location"] == deal.get_absolute_url()


def test_somebody_elses_move_is_shown_and_not_overwritten(paper, as_):
    deal = paper.make("contested", paper.rita, "1")
    sent = {"version": deal.version, "seen": at(1, 3).isoformat(), "stage": paper.propose.pk}
    change(deal, at=at(1, 5), amount=Decimal(2), stage=paper.lost)

    response = as_(paper.mia).post(reverse("analytics:deal-move", args=[deal.pk]), sent)

    assert response.status_code == 409
    assert Deal.objects.get(pk=deal.pk).stage == paper.lost


def test_statements_do_not_depend_on_the_number_of_deals(paper, as_, django_assert_num_queries):
    client = as_(paper.mia)
    paper.make("one", paper.rita, "1")
    client.get(reverse("analytics:board"), Q1)

    for more in (0, 2):
        for n in range(more):
            paper.make(f"more {n}", paper.rita, "1", stage=paper.propose)
        with django_assert_num_queries(8):
            client.get(reverse("analytics:board"), Q1)
