"""Overlay credit opens the deals that it is made of, also for whoever sees them by it alone."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from org.enums import Role
from pipeline.reports.metrics.overlays import overlay_url
from tests.factories.org import PersonFactory
from tests.pipeline.reports.looks import look_at
from tests.pipeline.reports.paper import Paper, at
from tests.pipeline.reports.test_splits import AFTER, part

pytestmark = pytest.mark.django_db


def test_overlay_credit_opens_exactly_its_deals(paper: Paper, as_):
    """Max helps with a deal of North; he sees it by his credit, though not who owns it."""
    part(paper, "plain", at(4, 2), rita="100", overlay=[(paper.rae, "25"), (paper.max, "12.5")])
    part(paper, "before the move", at(4, 2), ron="100", overlay=[(paper.mia, "10")])
    admin = PersonFactory(roles=[Role.ADMIN])
    people = (paper.max, paper.rae, paper.mia)

    found = {
        (viewer.pk, name): as_(viewer).get(overlay_url(look)).context["found"]
        for viewer, name, look in (
            *((who, "own", look_at(who, person=who, now=AFTER)) for who in people),
            *((admin, team, look_at(admin, team=team, now=AFTER)) for team in ("North", "South")),
            (admin, "all", look_at(admin, team="Everyone", now=AFTER)),
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
