from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import F

from org.enums import Role
from pipeline.activities.models import Activity
from pipeline.deals.models import DealLine
from pipeline.enums import ActivityKind
from process.practices.metrics import Finding
from process.practices.reports import NO_QUOTA, OTHER_TITLE, SHORT_TENURE, best_report, peers_of
from tests import worlds
from tests.analytics.report_views import report_view_of
from tests.factories.org import (
    PersonFactory,
    QuotaFactory,
    ReportingLineFactory,
    TeamMembershipFactory,
)
from tests.factories.pipeline import (
    ActivityFactory,
    ContactFactory,
    PipelineFactory,
    ProductFactory,
    StageFactory,
)
from tests.paper import Paper, at, build_paper, change

AFTER = at(4, 15)
LONG_AGO = date(2020, 1, 1)
LEADERS = 6


def rep(paper: Paper, name: str, *, title: str = "Account Executive", since: date = LONG_AGO):
    person = PersonFactory(full_name=name, title=title, roles=(Role.REP,), started_on=since)
    TeamMembershipFactory(person=person, team=paper.north, valid_from=since)
    ReportingLineFactory(person=person, manager=paper.mia, valid_from=since)
    return person


def build_crowd() -> Paper:
    """Twenty-four alike: the six who book most meet early, with two contacts, and ask list price.

    The others meet late, one contact, and give a fifth off. All push each deal once.
    """
    paper = build_paper()
    lamp = ProductFactory(name="Lamp", list_price=1000)
    contacts = [ContactFactory(), ContactFactory()]
    for number in range(24):
        person = rep(paper, f"Rep {number:02}")
        good = number < LEADERS
        QuotaFactory(person=person, period=paper.period("Q1 2026"), target=10_000, set_at=at(1, 1))
        for deal_number in range(5):
            deal = paper.make(
                f"{number} {deal_number}",
                person,
                str((2000 if good else 1000) + number),
                created_at=at(1, 10),
                expected_close_on=date(2026, 2, 1),
            )
            DealLine.objects.create(
                deal=deal, product=lamp, unit_price=Decimal(1000 if good else 800)
            )
            for contact in contacts[: 2 if good else 1]:
                ActivityFactory(
                    deal=deal,
                    person=person,
                    contact=contact,
                    kind=ActivityKind.MEETING,
                    occurred_at=deal.created_at + timedelta(days=2 if good else 12),
                )
            change(deal, at=at(2, 1), expected_close_on=date(2026, 2, 20))
            change(deal, at=at(2, 20), stage=paper.won)
    # Logged when they happened, not when the test was written down.
    Activity.objects.update(created_at=F("occurred_at"))
    return paper


crowd = worlds.world(build_crowd)


def findings(report) -> dict[str, Finding]:
    return {row.behaviour.key: row.found.finding for row in report.compared}


def test_what_the_top_quarter_does_otherwise_is_found(crowd, eve):
    peers = peers_of(report_view_of(eve, team="North", now=AFTER), title=None)

    report = best_report(peers)

    assert peers.by_quota
    assert {peer.name for peer in peers.people if peer.on_top} == {
        f"Rep {number:02}" for number in range(LEADERS)
    }
    found = {row.behaviour.key: row.found for row in report.compared}
    assert (found["contacts"].top_median, found["contacts"].rest_median) == (2, 1)
    assert (found["first-meeting"].top_median, found["first-meeting"].rest_median) == (2, 12)
    assert (found["discount"].top_median, found["discount"].rest_median) == pytest.approx((0, 0.2))
    assert found["pushes"].top_median == found["pushes"].rest_median == 1
    assert found["contacts"].delta == 1
    assert findings(report)["pushes"] is Finding.CANNOT_TELL


def test_six_people_who_all_differ_are_too_few_for_ten_questions(crowd, eve):
    """Even where every pair goes one way, the corrected interval of six people reaches below 0."""
    report = best_report(peers_of(report_view_of(eve, team="North", now=AFTER), title=None))

    assert findings(report)["contacts"] is Finding.CANNOT_TELL
    assert report.clear == 0


def test_who_is_not_alike_is_left_out_and_said(crowd, eve):
    rep(crowd, "Young", since=date(2025, 11, 1))
    rep(crowd, "Senior", title="Key Account Manager")
    rep(crowd, "Free")

    peers = peers_of(report_view_of(eve, team="North", now=AFTER), title=None)

    why = {peer.name: peer.left_out for peer in peers.people}
    assert peers.title == "Account Executive"
    assert (why["Young"], why["Senior"], why["Free"]) == (SHORT_TENURE, OTHER_TITLE, NO_QUOTA)
    assert why["Rita Rep"] == OTHER_TITLE
    assert len(peers.compared) == 24
    assert peers.left_out == {SHORT_TENURE: 1, OTHER_TITLE: 2, NO_QUOTA: 1}


def test_a_manager_compares_only_people_whom_they_see(crowd, eve):
    """Rae sells in South, which Mia does not lead."""
    peers = peers_of(report_view_of(crowd.mia, now=AFTER), title=None)

    names = {peer.name for peer in peers.people}
    assert "Rep 00" in names
    assert "Rae Rep" not in names


def test_too_few_people_have_no_top_quarter(paper, eve):
    peers = peers_of(report_view_of(eve, team="North", now=AFTER), title=None)

    assert peers.top == frozenset()
    assert not peers.by_quota


def test_touches_are_told_by_the_stages_of_the_default_pipeline(crowd, eve):
    other = StageFactory(name="Coming up", pipeline=PipelineFactory(name="Renewals"))

    report = best_report(peers_of(report_view_of(eve, team="North", now=AFTER), title=None))

    keys = {row.behaviour.key for row in report.compared}
    assert f"touches-{crowd.qualify.pk}" in keys
    assert f"touches-{other.pk}" not in keys
