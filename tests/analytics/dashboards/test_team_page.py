import csv
import io
from datetime import date
from decimal import Decimal
from functools import cache, partial

import pytest
from django.db.models import F
from django.urls import reverse

from org.enums import Role
from pipeline import history
from pipeline.activities.models import Activity
from pipeline.deals.models import Deal
from tests.factories.org import (
    OrganisationFactory,
    PersonFactory,
    QuotaFactory,
    ReportingLineFactory,
    TeamMembershipFactory,
)
from tests.factories.pipeline import ActivityFactory, StageFactory
from tests.pages import undrawn
from tests.paper import Paper, at, change, set_quotas

pytestmark = pytest.mark.usefixtures("no_bare_numbers")
Q1 = {"period": "Q1 2026"}


@pytest.fixture
def eve(paper: Paper):
    return PersonFactory(full_name="Eve Executive", email="eve@x.example", roles=(Role.EXECUTIVE,))


def furnish(paper: Paper) -> None:
    set_quotas(paper)
    made = {"created_at": at(4, 3)}
    soon = {**made, "expected_close_on": date(2026, 3, 25)}
    paper.make("open of Rita", paper.rita, "5000.00", stage=paper.propose, **soon)
    paper.make("open of Ron", paper.ron, "3333.33", **soon)
    paper.make("unpriced of Rae", paper.rae, None, **soon)
    paper.make("later of Rae", paper.rae, "1000.00", **made)


def page(client, **query):
    response = client.get(reverse("team"), {**Q1, **query})
    assert response.status_code == 200
    return response


def cells(response, name: str) -> dict[str, str]:
    table = response.context["people"]
    lines = [*table.body, table.foot]
    line = next(line for line in lines if line[0].text == name)
    return {cell.column.key: cell.text for cell in line}


def test_the_dashboard_shows_the_numbers_of_the_team(paper: Paper, sign_in_as):
    furnish(paper)

    response = page(sign_in_as(paper.mia))

    html = response.content.decode()
    assert "<h1" in html
    assert "North" in html
    # Q1 for North: 16,000.50 of 25,000, as on paper; won after 13, 38, 67 and 88 days.
    assert cells(response, "North") == {
        "name": "North",
        "quota": "25,000",
        "booked": "16,001",
        "share": "64.0 %",
        "closing": "5,000",
        "coverage": "0.6x",
        "win_rate": "80.0 %",
        "closed": "5",
        "cycle": "52.5 days",
        "last_activity": "—",
    }
    assert cells(response, "Rita Rep")["booked"] == "11,000"
    assert cells(response, "1 person of other managers")["booked"] == "5,001"
    assert "16,001 of 25,000" in html
    assert "Ron Rep" not in html
    assert "open of Ron" not in html


def test_rates_of_few_cases_are_greyed(paper: Paper, sign_in_as):
    response = page(sign_in_as(paper.mia))

    line = response.context["people"].body[0]
    assert {cell.column.key for cell in line if cell.muted} == {"win_rate", "cycle"}


def money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))


def opened(client, href: str):
    """Return how many deals a figure opens and what they add up to, the residual included."""
    with undrawn():
        response = client.get(href)
    assert response.status_code == 200, href
    found = response.context["found"]
    assert found.page.last == 1
    listed = sum(((row.amount_base or Decimal(0)) for row in found.page.rows), start=Decimal(0))
    assert (len(found.page.rows), listed) == (found.totals.count, found.totals.amount)
    elsewhere = found.elsewhere
    return (
        found.totals.count + (elsewhere.count if elsewhere else 0),
        listed + (elsewhere.amount if elsewhere else 0),
    )


@pytest.mark.parametrize("as_of", [None, "2026-04-10", "2026-02-16"])
@pytest.mark.parametrize("who", ["mia", "max", "eve"])
def test_every_number_opens_rows_that_add_up_to_it(
    paper: Paper, eve, sign_in_as, who: str, as_of: str | None
):
    furnish(paper)
    client = sign_in_as(eve if who == "eve" else getattr(paper, who))

    response = page(client, **({"as_of": as_of} if as_of else {}))

    behind = cache(partial(opened, client))
    table, report = response.context["people"], response.context["report"]
    followed = 0
    for row, line in zip([*table.rows, report.total], [*table.body, table.foot], strict=True):
        for cell in line:
            if not cell.href or not cell.href.startswith("/deals/"):
                continue
            count, amount = behind(cell.href)
            followed += 1
            if cell.column.key in {"booked", "share", "cycle"}:
                assert (count, amount) == (row.credit.cases, Decimal(row.booked) / 100)
            elif cell.column.key in {"closing", "coverage"}:
                assert (count, amount) == (row.closing.deals, Decimal(row.closing.cents) / 100)
            else:
                assert cell.column.key in {"closed", "win_rate"}
                assert count == row.outcomes.closed
    assert followed >= 14
    for chart, bars in (("by_stage", report.by_stage), ("by_category", report.by_category)):
        shown = response.context[chart]
        for trace in shown.figure["data"] if shown else []:
            for href, amount in zip(trace["customdata"], trace["x"], strict=True):
                assert behind(href)[1] == Decimal(str(amount)).quantize(Decimal("0.01"))
        assert bool(shown) == bool(bars)
        if shown:
            assert opened_series(behind, shown.table) == 2 * len(bars)
    for figure in response.context["figures"]:
        if figure.href.startswith("/deals/"):
            behind(figure.href)
    followed = opened_series(behind, response.context["bookings"].table)
    assert followed >= (7 if as_of == "2026-02-16" else 14)


def opened_series(behind, table) -> int:
    """Follow what the values below a chart open; return how many open deals that add up to them."""
    followed = 0
    for row, line in zip(table.rows, table.body, strict=True):
        for value, cell in zip(row["values"], line[1:], strict=True):
            if cell.href and cell.href.startswith("/deals/"):
                assert behind(cell.href)[1] == value
                followed += 1
    return followed


def listed_quotas(client, href: str) -> tuple[Decimal, Decimal]:
    """Return what the quotas that a figure opens add up to, and the total below them."""
    response = client.get(href)
    assert response.status_code == 200, href
    table = response.context["table"]
    amounts = [money(line[2].text) for line in table.body]
    return sum(amounts, Decimal(0)), money(table.foot[2].text)


@pytest.mark.parametrize("as_of", [None, "2026-02-16", "2026-01-10"])
@pytest.mark.parametrize("who", ["mia", "eve"])
def test_every_quota_opens_the_quotas_that_add_up_to_it(
    paper: Paper, eve, sign_in_as, who: str, as_of: str | None
):
    furnish(paper)
    QuotaFactory(
        person=None, team=paper.south, period=paper.period("Q1 2026"), target=9_000, set_at=at(1, 1)
    )
    client = sign_in_as(eve if who == "eve" else paper.mia)

    response = page(client, **({"as_of": as_of} if as_of else {}))

    report, followed = response.context["report"], 0
    for table in (response.context["people"], response.context["teams"]):
        for row, line in zip(
            [*table.rows, report.total] if table else [],
            [*table.body, table.foot] if table else [],
            strict=True,
        ):
            cell = next(cell for cell in line if cell.column.key == "quota")
            if row.quota is None or cell.href is None:
                continue
            assert listed_quotas(client, cell.href) == (Decimal(row.quota) / 100,) * 2
            followed += 1
    assert followed >= (6 if who == "eve" else 2)
    gap = next(figure for figure in response.context["figures"] if "uota" in figure.label)
    opened_gap = client.get(gap.href)
    assert opened_gap.context["gap"] == Decimal(report.attainment.gap) / 100
    assert opened_gap.context["quota"] == Decimal(report.attainment.quota) / 100
    assert opened(client, opened_gap.context["booked_href"])[1] == opened_gap.context["booked"]


def test_quotas_of_others_are_seen_as_a_sum(paper: Paper, sign_in_as):
    """Ron's January counts for Mia's North; he now reports to Max, so she sees no name."""
    set_quotas(paper)

    response = sign_in_as(paper.mia).get(
        reverse("analytics:quota-sources"), {"team": paper.north.pk, **Q1}
    )

    lines = [[cell.text for cell in line] for line in response.context["table"].body]
    assert lines == [
        ["Rita Rep", "Q1 2026", "22,000.00"],
        ["1 that you may not see", "Q1 2026", "3,000.00"],
    ]
    assert "Ron Rep" not in response.content.decode()


def test_a_group_of_reports_opens_its_quotas_and_its_deals_say_its_attainment(
    paper: Paper, sign_in_as
):
    """Gil leads no team; Rita reports to him: her 22,000 and her bookings are his group's."""
    set_quotas(paper)
    gil = PersonFactory(full_name="Gil Group", roles=(Role.MANAGER,))
    ReportingLineFactory.create(person=paper.mia, manager=gil)
    client = sign_in_as(gil)

    response = page(client)

    total = response.context["people"].foot
    href = next(cell.href for cell in total if cell.column.key == "quota")
    assert listed_quotas(client, href) == (Decimal(22_000), Decimal(22_000))
    deals = client.get(response.context["figures"][0].href)
    assert deals.context["standing"].startswith("Booked 11,000 of a quota of 22,000: 50.0 %")


def test_the_trend_opens_the_open_deals_of_each_day(paper: Paper, eve, sign_in_as):
    furnish(paper)
    soon = {"created_at": at(2, 16), "expected_close_on": date(2026, 3, 20)}
    paper.make("closing in Q1", paper.rita, "700.00", **soon)
    client = sign_in_as(eve)

    response = client.get(reverse("team-trend"), {**Q1, "as_of": "2026-03-02"})

    assert response.status_code == 200
    table = response.context["trend"].table
    for n in range(0, len(table.rows), 10):
        for value, cell in zip(table.rows[n]["values"], table.body[n][1:], strict=True):
            assert opened(client, cell.href)[1] == value
    every, closing = response.context["trend"].figure["data"]
    assert any(y for y in closing["y"])
    for trace, place in ((every, 1), (closing, 2)):
        assert trace["customdata"] == [line[place].href for line in table.body]


def test_the_trend_is_a_part_of_the_page_and_a_page_of_its_own(paper: Paper, sign_in_as):
    client = sign_in_as(paper.mia)

    whole = client.get(reverse("team-trend"), Q1)
    part = client.get(reverse("team-trend"), Q1, headers={"HX-Request": "true"})

    assert b"<html" in whole.content
    assert b"<html" not in part.content
    assert b"Open pipeline by day" in part.content
    assert reverse("team-trend").encode() in page(client).content


def test_a_past_day_is_said_and_shown(paper: Paper, sign_in_as):
    set_quotas(paper)
    client = sign_in_as(paper.mia)

    response = page(client, as_of="2026-02-09")

    assert "As it stood at the end of 9 Feb 2026" in response.content.decode()
    assert response.context["report"].attainment.quota == 3_400_000
    assert "as_of=2026-02-09" in response.context["figures"][0].href


def test_last_active_opens_the_activity_that_it_speaks_of(paper: Paper, sign_in_as):
    """Rita called at 23:30 on the day and wrote the day after."""
    for when in (at(2, 2), at(2, 9, 23, 30), at(2, 10, 0, 30)):
        ActivityFactory(person=paper.rita, occurred_at=when)
    Activity.objects.update(created_at=F("occurred_at"))
    client = sign_in_as(paper.mia)

    for query, newest in (({"as_of": "2026-02-09"}, at(2, 9, 23, 30)), ({}, at(2, 10, 0, 30))):
        people = page(client, **query).context["people"]
        rita = next(line for line in people.body if line[0].text == "Rita Rep")
        cell = next(cell for cell in rita if cell.column.key == "last_activity")
        first = client.get(cell.href).context["table"].rows[0]
        assert first.occurred_at == newest
        assert cell.text == f"{newest.day} {newest:%b %Y}"


def test_the_calendar_day_of_today_is_now(paper: Paper, sign_in_as):
    from org import access

    response = sign_in_as(paper.mia).get(reverse("team"), {"as_of": access.today().isoformat()})

    assert response.context["report_view"].as_of is None


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ({"period": "Q9 1999"}, "period", "There is no period “Q9 1999” in the calendar."),
        ({"period": "987654"}, "period", "There is no period"),
        ({"as_of": "2199-01-01"}, "as_of", "That day has not come yet"),
        ({"as_of": "yesterday"}, "as_of", ""),
        ({"as_of": "1066-10-14"}, "as_of", "so long ago"),
        ({"sort": "-secret"}, "sort", ""),
        ({"page": "0"}, "page", ""),
    ],
)
def test_a_bad_address_says_which_part_and_why(
    paper: Paper, sign_in_as, query: dict, field: str, reason: str
):
    client = sign_in_as(paper.mia)

    for name in ("team", "team-trend", "team-file"):
        response = client.get(reverse(name), query)
        assert response.status_code == 400
        assert reason in str(response.context["form"].errors[field])
        assert "Mia" in response.content.decode()


def test_the_table_sorts_by_each_column(paper: Paper, eve, sign_in_as):
    furnish(paper)
    client = sign_in_as(eve)

    def order(sort: str) -> list[str]:
        people = page(client, sort=sort).context["people"]
        return [row.name for row in people.rows if row.person]

    assert order("-booked") == ["Ron Rep", "Rita Rep", "Rae Rep"]
    assert order("booked") == ["Rae Rep", "Rita Rep", "Ron Rep"]
    assert order("name") == ["Rae Rep", "Rita Rep", "Ron Rep"]
    # Without a quota there is no attainment to sort by: it comes last both ways.
    assert order("-share")[-1] == order("share")[-1] == "Rae Rep"


def test_the_download_has_the_lines_and_the_whole(paper: Paper, sign_in_as):
    furnish(paper)

    response = sign_in_as(paper.mia).get(reverse("team-file"), Q1)

    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [(row["Person"], row["Quota"], row["Booked"]) for row in rows] == [
        ("Rita Rep", "22000.00", "11000.00"),
        ("1 person of other managers", "3000.00", "5000.50"),
        ("North", "25000.00", "16000.50"),
    ]
    assert rows[0]["Attainment"] == "0.5"


def test_people_without_a_quota_are_said_not_zero(paper: Paper, eve, sign_in_as):
    set_quotas(paper)

    response = page(sign_in_as(eve))

    assert "1 of the people here has no quota" in " ".join(response.content.decode().split())
    assert cells(response, "Rae Rep")["share"] == "—"


def test_attention_gives_reasons_and_thresholds(paper: Paper, sign_in_as):
    furnish(paper)

    html = page(sign_in_as(paper.mia)).content.decode()

    assert "Close date passed: 25 Mar 2026" in html
    assert "No activity since its creation" in html
    assert "(limit" not in html
    assert "From 14 days without a call, e-mail or meeting on." in html
    assert "At most 3 deals of one person and 10 in all." in html


def test_an_empty_organisation_says_what_to_do(db, sign_in_as):
    OrganisationFactory()
    ada = PersonFactory(roles=(Role.ADMIN,))
    manager = PersonFactory(roles=(Role.MANAGER,))

    for person, words in ((ada, "Set up the calendar"), (manager, "have to set up")):
        response = sign_in_as(person).get(reverse("team"))
        assert response.status_code == 200
        assert words in response.content.decode()


def test_an_organisation_without_people_or_deals(paper: Paper, sign_in_as):
    lonely = PersonFactory(full_name="Lena Lead", roles=(Role.MANAGER,))

    response = sign_in_as(lonely).get(reverse("team"))

    html = response.content.decode()
    assert response.status_code == 200
    assert "Nobody belongs here yet." in html
    assert "No open deals." in html
    assert "There is no open deal of this period to judge." in html
    assert "every open deal of this period" not in html


def test_a_thousand_people_come_in_pages_and_add_up(paper: Paper, eve, sign_in_as):
    from org.models.people import Person, RoleGrant
    from org.models.teams import TeamMembership

    made = Person.objects.bulk_create(
        [Person(full_name=f"Rep {n:04}", email=f"rep{n}@x.example") for n in range(1000)]
    )
    RoleGrant.objects.bulk_create([RoleGrant(person=p, role=Role.REP) for p in made])
    TeamMembership.objects.bulk_create(
        [TeamMembership(person=p, team=paper.north, valid_from=date(2026, 1, 1)) for p in made]
    )
    client = sign_in_as(eve)

    first, last = page(client), page(client, page=11)

    assert len(first.context["people"].rows) == 100
    assert "1 to 100 of 1,003" in first.content.decode()
    assert len(last.context["people"].rows) == 3
    assert first.context["people"].total.booked == 2_885_076


def test_the_number_of_statements_is_the_same_for_few_and_many(
    paper: Paper, sign_in_as, django_assert_num_queries
):
    client = sign_in_as(paper.mia)
    page(client)
    won = StageFactory(won=True)
    for count in (1, 3):
        for _ in range(count):
            rep = PersonFactory(roles=(Role.REP,))
            TeamMembershipFactory(person=rep, team=paper.north)
            ReportingLineFactory(person=rep, manager=paper.mia)
            QuotaFactory(person=rep, period=paper.period("Q1 2026"), set_at=at(1, 1))
            paper.make(f"open of {rep}", rep, "10", expected_close_on=date(2026, 3, 1))
            paper.win(f"won by {rep}", rep, "10", at(3, 1))
        with django_assert_num_queries(10):
            page(client)
    assert won.pk


def test_a_deal_won_now_is_on_the_next_page(paper: Paper, sign_in_as):
    client = sign_in_as(paper.rita)
    today = {"created_at": at(4, 3)}
    deal = paper.make("just now", paper.rita, "4321.00", **today)
    before = client.get(reverse("me")).context["report"].attainment.actual

    with history.writing(by=paper.rita, source="page"):
        Deal.objects.filter(pk=deal.pk).update(stage=paper.won)

    assert client.get(reverse("me")).context["report"].attainment.actual == before + 432_100


def test_names_that_people_typed_are_text(paper: Paper, sign_in_as):
    change(paper.make("<script>alert(1)</script>", paper.rita, "9"), at=at(4, 2), next_step="")

    html = page(sign_in_as(paper.mia), period="Q4 2026").content.decode()

    assert "<script>alert(1)" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_the_forecast_stands_beside_attainment(paper: Paper, sign_in_as):
    client = sign_in_as(paper.mia)

    part = client.get(reverse("team-forecast"), Q1)
    of_rita = client.get(reverse("member-forecast", args=[paper.rita.pk]), Q1)

    for response in (part, of_rita):
        assert response.status_code == 200
        assert "Where we will land" in response.content.decode()
        assert response.context["forecast"].missing
    assert reverse("team-forecast").encode() in page(client).content


def test_a_managers_reports_have_no_forecast_of_their_own(paper: Paper, sign_in_as):
    lena = PersonFactory(roles=(Role.MANAGER,))
    ReportingLineFactory(person=paper.max, manager=lena)
    client = sign_in_as(lena)

    assert reverse("team-forecast").encode() not in page(client).content
    assert client.get(reverse("team-forecast")).status_code == 404


def test_a_period_by_its_label_stays_chosen(paper: Paper, sign_in_as):
    form = page(sign_in_as(paper.mia)).context["form"]

    assert f'<option value="{paper.period("Q1 2026").pk}" selected>Q1 2026</option>' in str(
        form["period"]
    )


def team_cells(response) -> dict[str, dict[str, str]]:
    table = response.context["teams"]
    return {
        line[0].text: {cell.column.key: cell.text for cell in line}
        for line in [*table.body, table.foot]
    }


def test_the_teams_below_add_up_and_open_their_own_dashboards(paper: Paper, eve, sign_in_as):
    furnish(paper)
    client = sign_in_as(eve)

    response = page(client)

    table, report = response.context["teams"], response.context["report"]
    teams = [row for row in report.teams if row.team is not None]
    assert {row.team for row in teams} >= {paper.north.pk}
    assert sum(row.booked for row in report.teams) == report.attainment.actual
    for row, line in zip(table.rows, table.body, strict=True):
        if row.team is None:
            assert line[0].href is None
            continue
        own = client.get(line[0].href).context["report"].total
        assert (own.booked, own.quota, own.gap) == (row.booked, row.quota, row.gap)
        assert (own.closing, own.outcomes) == (row.closing, row.outcomes)
        for cell in line[2:]:
            assert cell.href, cell.column.key
            if cell.column.key not in {"quota", "gap"}:
                opened(client, cell.href)
    assert (
        team_cells(response)[report.report_view.scope.label]["booked"]
        == cells(response, "Everyone")["booked"]
    )


def test_the_download_of_teams_has_the_lines_and_the_whole(paper: Paper, eve, sign_in_as):
    furnish(paper)

    response = sign_in_as(eve).get(reverse("team-teams-file"), {**Q1, "teams_sort": "name"})

    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    names = [row["Team"] for row in rows]
    assert names[-1] == "Everyone"
    assert "North" in names
    booked = [Decimal(row["Booked"]) for row in rows if row["Booked"]]
    assert sum(booked[:-1]) == booked[-1]


def test_a_team_without_teams_below_has_no_table_of_them(paper: Paper, sign_in_as):
    furnish(paper)

    response = page(sign_in_as(paper.mia))

    assert not response.context["teams"]
    assert "Those directly below" not in response.content.decode()


def test_an_empty_chart_is_said_and_not_drawn(paper: Paper, eve, sign_in_as):
    client = sign_in_as(eve)

    drawn = client.get(reverse("team"), Q1).content.decode()
    empty = client.get(reverse("member", args=[PersonFactory(roles=[Role.REP]).pk]), Q1)

    assert "Nothing to draw yet." not in drawn
    assert empty.context["bookings"] is None
    assert "no quota and no deals of their own" in " ".join(empty.content.decode().split())


def test_many_deals_without_a_close_date_are_one_line(paper: Paper, sign_in_as):
    furnish(paper)
    client = sign_in_as(paper.mia)
    for number in range(19):
        paper.make(f"undated {number}", paper.rita, "1", created_at=at(4, 3))
    before = page(client)
    paper.make("undated 19", paper.rita, "1", created_at=at(4, 3))
    after = page(client)

    assert not before.context["undated"]
    assert "20 open deals without a close date: clean up" in after.content.decode()
    opened_deals = client.get(after.context["undated"]["href"]).context["found"]
    assert opened_deals.totals.count == 20
    assert not any("undated" in prompt.name for prompt in after.context["deal_prompts"])


def test_attainment_opens_deals_that_say_what_they_are_of_the_quota(paper: Paper, sign_in_as):
    furnish(paper)
    client = sign_in_as(paper.mia)

    figure = page(client).context["figures"][0]
    html = " ".join(client.get(figure.href).content.decode().split())

    assert "Booked 16,001 of a quota of 25,000: 64.0 %, gap 9,000" in html
    lost = figure.href.replace("status=won", "status=lost")
    assert "of a quota of" not in client.get(lost).content.decode()
