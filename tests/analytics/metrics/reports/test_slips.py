from collections import Counter
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from analytics.metrics.metrics.promises import Fate
from analytics.metrics.reports.slips import slips_report
from org.models.people import Person
from pipeline.deals.models import Deal, DealVersion
from tests.analytics.report_views import report_view_of
from tests.paper import at, change

AFTER = at(4, 15)
FEBRUARY = {"period": "Feb 2026", "now": AFTER}


def names() -> dict[int, str]:
    return dict(Person.objects.values_list("pk", "full_name"))


def test_every_fate_worked_on_paper(paper, eve):
    ready = {"created_at": at(1, 5), "expected_close_on": date(2026, 2, 20)}
    made = {
        name: paper.make(name, paper.rita, "100", **ready)
        for name in ("won", "lost", "pushed", "left", "early", "undated", "archived", "won later")
    }
    change(made["won"], at=at(2, 20), stage=paper.won)
    change(made["lost"], at=at(2, 21), stage=paper.lost)
    change(made["pushed"], at=at(2, 22), expected_close_on=date(2026, 3, 5))
    change(made["early"], at=at(2, 3), expected_close_on=date(2026, 1, 31))
    change(made["undated"], at=at(2, 4), expected_close_on=None)
    change(made["archived"], at=at(2, 4), archived_at=at(2, 4))
    # Still there at the end of the month, and won in March: that is not in time.
    change(made["won later"], at=at(3, 4), stage=paper.won)
    paper.make("came later", paper.rita, "100", created_at=at(2, 5),
               expected_close_on=date(2026, 2, 20))  # fmt: skip

    found = slips_report(report_view_of(eve, team="North", **FEBRUARY), names=names())

    fates = {row.deal: row.fate for row in found.rows}
    assert {name: fates[deal.pk] for name, deal in made.items()} == {
        "won": Fate.WON,
        "lost": Fate.LOST,
        "pushed": Fate.PUSHED_OUT,
        "left": Fate.OVERDUE,
        "early": Fate.BROUGHT_FORWARD,
        "undated": Fate.UNDATED,
        "archived": Fate.ARCHIVED,
        "won later": Fate.OVERDUE,
    }
    assert len(fates) == 8
    assert found.whole.promises.expected_cents == 800_00


def test_while_the_period_runs_deals_are_due(paper, eve):
    paper.make("due", paper.rita, "100", created_at=at(1, 5), expected_close_on=date(2026, 2, 20))
    report_view = report_view_of(eve, team="Everyone", period="Feb 2026", as_of=date(2026, 2, 10))

    found = slips_report(report_view, names=names())

    assert [row.fate for row in found.rows] == [Fate.DUE]


def test_a_period_that_has_not_begun_shows_what_is_expected_by_now(paper, eve):
    paper.make("due", paper.rita, "100", created_at=at(1, 5), expected_close_on=date(2026, 2, 20))
    report_view = report_view_of(eve, team="Everyone", period="Feb 2026", as_of=date(2026, 1, 10))

    assert slips_report(report_view, names=names()).whole.promises.expected == 1


def test_the_promises_of_the_market_are_those_of_the_versions(market, eve):
    found = slips_report(report_view_of(eve, team="Everyone", **FEBRUARY), names=names())

    start, end = at(2, 1, 0), at(3, 1, 0)
    then = DealVersion.objects.filter(valid_from__lt=start, valid_to__gte=start)
    promised = then.filter(
        status="open", archived=False, expected_close_on__range=("2026-02-01", "2026-02-28")
    ).values_list("deal", flat=True)
    later = DealVersion.objects.filter(
        deal__in=list(promised), valid_from__lt=end, valid_to__gte=end
    )
    won = later.filter(status="won", closed_on__range=("2026-02-01", "2026-02-28"))
    fates = Counter(row.fate for row in found.rows)
    assert len(found.rows) == len(promised) > 5
    assert fates[Fate.WON] == won.count()
    assert (
        fates[Fate.PUSHED_OUT]
        == later.filter(status="open", expected_close_on__gte="2026-03-01").count()
    )


def test_pushes_are_moves_to_a_later_day_within_the_period(market, eve):
    found = slips_report(
        report_view_of(eve, team="Everyone", period="Q1 2026", now=AFTER), names=names()
    )

    pushed, moves, worked = set(), 0, set()
    for deal in Deal.objects.filter(archived_at=None, created_at__lt=at(4, 1, 0)):
        if deal.status != "open" and deal.closed_on < date(2026, 1, 1):
            continue
        worked.add(deal.pk)
        versions = DealVersion.objects.filter(
            deal=deal, status="open", valid_from__lt=at(4, 1, 0), valid_to__gt=at(1, 1, 0)
        ).order_by("valid_from")
        days = [version.expected_close_on for version in versions if version.expected_close_on]
        later = sum(b > a for a, b in pairwise(days))
        moves += later
        pushed |= {deal.pk} if later else set()
    assert found.pushes.open == worked
    assert found.pushes.pushed == pushed
    assert found.pushes.pushes == moves > 3
    assert found.pushes.slipped <= found.pushes.pushed


def test_promises_that_do_not_add_up_are_refused(market, eve):
    found = slips_report(report_view_of(eve, team="Everyone", **FEBRUARY), names=names())

    with pytest.raises(ValueError, match="do not add up"):
        replace(found, people=found.people[1:])
