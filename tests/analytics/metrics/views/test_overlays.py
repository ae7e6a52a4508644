"""Overlay credit opens the deals that it is made of, also for whoever sees them by it alone."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.metrics.reports.rows import overlay_url
from org.enums import Role
from pipeline.credit.services import add_collaborator
from tests.analytics.attainment.reports.test_splits import AFTER, part
from tests.analytics.metric_links import linked_counts, wrong_links
from tests.analytics.report_views import report_view_of
from tests.factories.org import PersonFactory
from tests.paper import Paper, at

pytestmark = pytest.mark.django_db


def test_overlay_credit_opens_exactly_its_deals(paper: Paper, as_):
    """Max helps with a deal of North; he sees it by his credit, though not who owns it."""
    part(paper, "plain", at(4, 2), rita="100", overlay=[(paper.rae, "25"), (paper.max, "12.5")])
    part(paper, "before the move", at(4, 2), ron="100", overlay=[(paper.mia, "10")])
    admin = PersonFactory(roles=[Role.ADMIN])
    people = (paper.max, paper.rae, paper.mia)

    found = {
        (viewer.pk, name): as_(viewer).get(overlay_url(report_view)).context["found"]
        for viewer, name, report_view in (
            *((who, "own", report_view_of(who, person=who, now=AFTER)) for who in people),
            *(
                (admin, team, report_view_of(admin, team=team, now=AFTER))
                for team in ("North", "South")
            ),
            (admin, "all", report_view_of(admin, team="Everyone", now=AFTER)),
        )
    }

    sums = {key: rows.sums["Overlay credit"] for key, rows in found.items()}
    assert sums == {
        (paper.max.pk, "own"): Decimal("1250.00"),
        (paper.rae.pk, "own"): Decimal("2500.00"),
        (paper.mia.pk, "own"): Decimal("500.05"),
        (admin.pk, "North"): Decimal("500.05"),
        (admin.pk, "South"): Decimal("3750.00"),
        (admin.pk, "all"): Decimal("4250.05"),
    }
    assert [rows.count for rows in found.values()] == [1, 1, 1, 1, 1, 2]
    assert not any(rows.hidden for rows in found.values())


def test_the_home_pages_link_overlay_credit_to_its_deals(paper: Paper, as_):
    part(paper, "plain", at(4, 2), rita="100", overlay=[(paper.rae, "25")])
    quarter = {"period": paper.period("Q1 2026").pk}
    client = as_(paper.max)

    page = client.get(reverse("team"), quarter).content.decode()

    links = {href.replace("&amp;", "&") for href in re.findall(r'href="([^"]*overlay[^"]*)"', page)}
    assert {re.sub(r".*figure=", "", href) for href in links} == {
        "overlay.all", f"overlay.{paper.rae.pk}"
    }  # fmt: skip
    for href in links:
        found = client.get(href).context["found"]
        assert found.sums == {"Overlay credit": Decimal("2500.00")}
        # The deal is Rita's, of another team: Max is told its part, and may not open it.
        assert (found.count, found.hidden) == (1, 1)


def test_a_reps_figures_open_their_own_deals_without_those_lent_to_them(paper: Paper, as_):
    """Rita helps with an open deal of Ron's: she sees it, and it is not in her numbers."""
    lent = paper.make("lent", paper.ron, "700", created_at=at(2, 1))
    add_collaborator(lent, person=paper.rita, role="specialist", by=None, at=at(2, 2))
    client = as_(paper.rita)

    everything = client.get(reverse("analytics:deals")).context["found"]
    own = client.get(reverse("analytics:deals"), {"owner": paper.rita.pk})

    assert lent.pk in {deal.pk for deal in everything.page.rows}
    assert {deal.owner_id for deal in own.context["found"].page.rows} == {paper.rita.pk}
    assert own.context["found"].totals.count == everything.totals.count - 1
    assert "Of Rita" in own.content.decode()


@pytest.mark.parametrize("part_of_page", ["outcomes", "cuts", "velocity"])
def test_how_deals_ended_is_listed_without_the_shares_of_others(
    paper: Paper, as_, part_of_page: str
):
    """Rae has a share of Rita's deal: it is in her bookings, and not in her win rate."""
    part(paper, "plain", at(4, 2), rita="60", rae="40")
    report_view = {"period": "Q1 2026", "part": part_of_page}
    for person in (paper.rita, paper.rae):
        client = as_(person)

        links = [
            link for link in linked_counts(client.get(reverse("analytics:metrics"), report_view))
            if "closed" in link[1]
        ]  # fmt: skip

        assert links
        assert wrong_links(client, links) == []
    booked = as_(paper.rae).get(report_view_of(paper.rae, person=paper.rae, now=AFTER).won.url())
    assert booked.context["found"].credits
