"""Why a deal was lost, and to whom, is history: the past is read with what was said then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from analytics.metrics.reports.closings import cuts_report
from analytics.metrics.reports.outcomes import outcomes_report
from pipeline import history
from pipeline.activities.reports import deal_timeline
from pipeline.deals.reports.selection import DealSelection
from pipeline.lifecycle import services
from pipeline.stages.models import Competitor
from tests.analytics.report_views import report_view_of
from tests.factories.pipeline import DealFactory, StageFactory
from tests.paper import change

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 10, tzinfo=UTC)
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=days) for days in (1, 2, 3))


@pytest.fixture
def lost(paper):
    """A deal lost on Tuesday to Acme, and found on Wednesday to be lost to Zeta for the price."""
    acme, zeta = (Competitor.objects.create(name=name) for name in ("Acme", "Zeta"))
    deal = paper.make("Lamps", paper.rita, "70", created_at=MONDAY)
    deal = services.move_stage(
        deal, by=None, source="page", version=1, to=paper.lost,
        lost_reason="competitor", competitor=acme, at=TUESDAY,
    )  # fmt: skip
    return services.edit_deal(
        deal, by=None, source="page", version=deal.version, at=WEDNESDAY,
        changes={"lost_reason": "price", "competitor": zeta},
    )  # fmt: skip


def reopened(deal):
    return services.move_stage(
        deal, by=None, source="page", version=deal.version, to=StageFactory(),
        reopen_reason="They came back", at=THURSDAY,
    )  # fmt: skip


def said(deal):
    rows = deal.versions.order_by("valid_from")
    return list(rows.values_list("status", "lost_reason", "competitor__name"))


def rows_by_sql(moment):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version.lost_reason, rival.name FROM pipeline_dealversion version"
            "  LEFT JOIN pipeline_competitor rival ON rival.id = version.competitor_id"
            " WHERE status = 'lost' AND valid_from <= %(at)s AND valid_to > %(at)s",
            {"at": moment},
        )
        return cursor.fetchall()


def test_versions_keep_the_reason_that_a_reopening_clears(lost):
    deal = reopened(lost)

    assert (deal.lost_reason, deal.competitor) == (None, None)
    assert said(deal) == [
        ("open", None, None),
        ("lost", "competitor", "Acme"),
        ("lost", "price", "Zeta"),
        ("open", None, None),
    ]
    history.check([deal.pk])


@pytest.mark.parametrize(
    ("moment", "reason", "rival"),
    [(TUESDAY, "Went with a competitor", "Acme"), (WEDNESDAY, "Price", "Zeta")],
)
def test_metrics_of_a_past_day_have_the_reason_of_that_day(eve, lost, moment, reason, rival):
    reopened(lost)
    report_view = report_view_of(eve, team="Everyone", now=moment + timedelta(hours=1))

    outcomes = outcomes_report(report_view, reached=None, names={})
    cuts = cuts_report(report_view, reached=None)

    assert {line.label for line in outcomes.reasons.lines} == {"No reason given", reason}
    assert {line.label for line in cuts.competitors.lines} == {"Nobody named", rival}
    assert {row[1] for row in rows_by_sql(report_view.moment)} == {None, rival}


def test_a_selection_of_a_past_day_goes_by_what_was_said_then(lost):
    def found(moment, **parts):
        selection = DealSelection(as_of=moment.date(), **parts)
        later = moment + timedelta(hours=1)
        return selection.rows(moment=later, day=moment.date()).count()

    zeta = Competitor.objects.get(name="Zeta").pk
    assert [found(TUESDAY, lost_reason="competitor"), found(WEDNESDAY, lost_reason="price")] == [
        1,
        1,
    ]
    assert [found(TUESDAY, lost_reason="price"), found(TUESDAY, competitor=zeta)] == [0, 0]
    assert found(WEDNESDAY, competitor=zeta) == 1
    today = DealSelection(lost_reason="price", competitor=zeta)
    assert today.rows(moment=THURSDAY, day=THURSDAY.date()).get() == lost


def test_the_story_tells_a_changed_reason_once():
    acme, zeta = (Competitor.objects.create(name=name) for name in ("Acme", "Zeta"))
    deal = DealFactory(created_at=MONDAY)
    stage = StageFactory(lost=True)
    deal = change(deal, at=TUESDAY, stage=stage, lost_reason="competitor", competitor=acme)
    services.edit_deal(
        deal, by=None, source="page", version=deal.version,
        changes={"lost_reason": "price", "competitor": zeta},
    )  # fmt: skip

    newest, closing, _ = deal_timeline(deal).entries

    assert [(c.label, c.before, c.after) for c in newest.changes] == [
        ("Competitor", "Acme", "Zeta"),
        ("Lost reason", "Went with a competitor", "Price"),
    ]
    told = {c.label: c.after for c in closing.changes}
    assert (told["Competitor"], told["Lost reason"]) == ("Acme", "Went with a competitor")


def test_a_history_whose_reason_differs_from_the_deal_has_a_fault(lost):
    forget(lost)

    with pytest.raises(history.BrokenHistoryError, match="current version differs"):
        history.check([lost.pk])


def forget(*deals):
    """Leave the versions as they were before they kept it."""
    with history.writing(by=None, source="import", rewrite=True), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pipeline_dealversion SET lost_reason = NULL, competitor_id = NULL"
            " WHERE deal_id = ANY(%s)",
            [[deal.pk for deal in deals]],
        )


def test_deals_created_by_source_that_do_not_add_up_are_refused(market, eve):
    found = cuts_report(report_view_of(eve, team="Everyone", now=MONDAY), reached=None)

    with pytest.raises(ValueError, match="not all deals created"):
        replace(found, created_by_source=found.created_by_source[1:])
