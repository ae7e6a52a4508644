from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from org.enums import Role
from pipeline.activities.models import Activity
from tests.factories.org import PersonFactory
from tests.paper import Paper, at, set_quotas

pytestmark = pytest.mark.usefixtures("no_bare_numbers")
Q1 = {"period": "Q1 2026"}


def test_my_page_shows_my_number_and_what_to_do_next(paper: Paper, sign_in_as):
    set_quotas(paper)
    paper.make(
        "Pumps for Acme",
        paper.rita,
        "5000",
        created_at=at(4, 3),
        next_step="Send the offer",
        next_step_on=date(2026, 4, 10),
    )

    response = sign_in_as(paper.rita).get(reverse("me"), Q1)

    html = response.content.decode()
    assert response.status_code == 200
    assert "11,000 of 22,000" in html
    assert "50.0 %" in html
    assert "Pumps for Acme" in html
    assert "Send the offer" in html
    assert "Next step was due 10 Apr 2026" in html
    assert reverse("analytics:deal-new") in html
    assert "Ron Rep" not in html
    assert "on the day of the move" not in html


def test_my_numbers_open_my_deals(paper: Paper, sign_in_as):
    set_quotas(paper)
    client = sign_in_as(paper.ron)

    response = client.get(reverse("me"), Q1)

    won = response.context["figures"][0]
    assert won.value == "129.2 %"
    found = client.get(won.href).context["found"]
    assert found.totals.amount == Decimal("15500.75")
    earlier = client.get(reverse("me"), {"period": "Q2 2026"}).context["earlier"]
    href = earlier.body[0][2].href
    assert client.get(href).context["found"].totals.amount == Decimal("15500.75")


def test_a_deal_that_moved_on_stays_in_my_number_as_a_sum(paper: Paper, sign_in_as):
    from tests.paper import change

    change(paper.deals["plain"], at=at(4, 5), owner=paper.ron)
    client = sign_in_as(paper.rita)

    response = client.get(reverse("me"), Q1)

    report = response.context["report"]
    found = client.get(response.context["figures"][0].href).context["found"]
    assert found.totals.amount + found.elsewhere.amount == Decimal(report.attainment.actual) / 100
    assert found.elsewhere.amount == Decimal(10_000)


def test_logging_an_activity_comes_back_here(paper: Paper, sign_in_as):
    deal = paper.make("Pumps", paper.rita, "5000", created_at=at(4, 3))
    client = sign_in_as(paper.rita)
    form = client.get(reverse("me")).context["log"]
    sent = {name: form[name].value() for name in form.fields}
    sent |= {
        "deal": deal.pk,
        "kind": "call",
        "subject": "Asked for the budget",
        "body": "",
        "account": "",
        "contact": "",
        "direction": "",
        "minutes": "",
        "occurred_at": "2026-04-20T10:00",
    }

    answer = client.post(reverse("pipeline:activity-new"), sent)
    again = client.post(reverse("pipeline:activity-new"), sent)

    assert (answer.status_code, answer["Location"]) == (302, reverse("me"))
    assert again.status_code == 302
    assert Activity.objects.filter(deal=deal, subject="Asked for the budget").count() == 1
    assert "Asked for the budget" in client.get(reverse("me")).content.decode()


def test_a_next_step_is_changed_from_my_page_of_now_alone(paper: Paper, sign_in_as):
    deal = paper.make("Pumps", paper.rita, "5000", created_at=at(4, 3), next_step="Call")
    step = reverse("analytics:deal-step", args=[deal.pk])
    mine = sign_in_as(paper.rita).get(reverse("me"), Q1).content.decode()
    past = sign_in_as(paper.rita).get(reverse("me"), Q1 | {"as_of": "2026-04-10"}).content.decode()
    above = sign_in_as(paper.mia).get(reverse("member", args=[paper.rita.pk])).content.decode()

    # The link of the page and that of htmx lead to the same, and back here.
    assert mine.count(f'"{step}?next=/me/%3Fperiod%3DQ1%2B2026"') == 2
    assert "Pumps" in past
    assert "Pumps" in above
    assert step not in past
    assert step not in above


def test_without_a_quota_the_page_says_so(paper: Paper, sign_in_as):
    html = sign_in_as(paper.rae).get(reverse("me"), Q1).content.decode()

    assert "You have no quota for Q1 2026" in " ".join(html.split())


def test_a_manager_sees_the_page_of_somebody_below_without_writing(paper: Paper, sign_in_as):
    paper.make("Pumps", paper.rita, "5000", created_at=at(4, 3))
    client = sign_in_as(paper.mia)

    response = client.get(reverse("member", args=[paper.rita.pk]), Q1)

    html = response.content.decode()
    assert "Rita Rep" in html
    assert "Pumps" in html
    assert "Log an activity" not in html
    assert client.get(reverse("member", args=[paper.rae.pk])).status_code == 404


def test_an_empty_page_says_what_to_do_next(paper: Paper, sign_in_as):
    newcomer = PersonFactory(roles=(Role.REP,))

    html = sign_in_as(newcomer).get(reverse("me")).content.decode()

    assert "Add the deal you are working on." in html
    assert "Nothing logged yet." in html


def test_many_deals_are_cut_with_a_link_to_all(paper: Paper, sign_in_as):
    for n in range(30):
        made = {"created_at": at(4, 3), "expected_close_on": date(2026, 4, 30)}
        paper.make(f"deal {n}", paper.rae, "10", **made)
    client = sign_in_as(paper.rae)

    response = client.get(reverse("me"))

    assert len(response.context["tasks"]) == 25
    assert "5 more open deals" in response.content.decode()


def test_a_bad_period_is_explained(paper: Paper, sign_in_as):
    response = sign_in_as(paper.rita).get(reverse("me"), {"period": "nope"})

    assert response.status_code == 400
    assert "There is no period “nope”" in response.content.decode()


def test_the_number_of_statements_is_the_same_for_few_and_many(
    paper: Paper, sign_in_as, django_assert_num_queries
):
    client = sign_in_as(paper.rita)
    client.get(reverse("me"))
    for count in (1, 3):
        for n in range(count):
            paper.make(f"open {count} {n}", paper.rita, "10", created_at=at(4, 3))
        with django_assert_num_queries(10):
            client.get(reverse("me"))


def test_an_executive_is_offered_nothing_to_write(paper: Paper, sign_in_as):
    set_quotas(paper)

    html = sign_in_as(PersonFactory(roles=[Role.EXECUTIVE])).get(reverse("me"), Q1).content.decode()

    assert reverse("analytics:deal-new") not in html
    assert "Save activity" not in html
